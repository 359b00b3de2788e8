export const meta = { name: "clock", description: "Looks for the time in a roundabout way" };
const now = "n" + "ow";
try {
  return Date[now]();
} catch {
  return "threw";
}
