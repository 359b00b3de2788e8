// 51 limits: what does not fit waits its turn, first come first served
// limits: 2 at once
// model: "0" -> after 80 ms "0"
// model: "1" -> after 20 ms "1"
// model: "*" -> after 5 ms "later"
// expect: 6
// expect prompts: ["0", "1", "2", "3", "4", "5"]
export const meta = { name: "x", description: "d" };
return (await parallel([0, 1, 2, 3, 4, 5].map((i) => () => agent(`${i}`)))).length;
