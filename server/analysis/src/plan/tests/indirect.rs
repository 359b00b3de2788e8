use expect_test::expect;

use super::draw;

#[test]
fn primitives_called_by_way_of_call_apply_and_bind() {
    expect![[r#"
        await agent.call⟨×1⟩(null, 'one')
        await agent.apply⟨×1⟩(null, ['two'])
        await agent.bind(null)⟨×1⟩('three')
        const { call } = agent
        await call.call⟨×1⟩(agent, null, 'four')
        // agents 4; at once 1; in a row 4
    "#]]
    .assert_eq(&draw(
        "await agent.call(null, 'one')
await agent.apply(null, ['two'])
await agent.bind(null)('three')
const { call } = agent
await call.call(agent, null, 'four')
",
    ));
}
