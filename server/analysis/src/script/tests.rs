use expect_test::{Expect, expect};

use super::*;

const META: &str = "export const meta = { name: 'a', description: 'b' }\n";

/// The errors drawn below their lines.
fn drawn(text: &str) -> String {
    let script = parse(text);
    let mut out = String::new();
    for error in &script.errors {
        let at = script.lines.line_column(text, error.span.start);
        let line = text.lines().nth(at.line as usize - 1).unwrap_or_default();
        let first_line = error.span.slice(text).lines().next().unwrap_or_default();
        let width = first_line.chars().count().max(1);
        let marks = format!("{}{}", " ".repeat(at.column as usize - 1), "^".repeat(width));
        out.push_str(&format!("{line}\n{marks} {}\n", error.message));
    }
    out
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&drawn(&format!("{META}{text}")));
}

#[test]
fn a_script_has_top_level_await_and_return() {
    let script = parse(format!("{META}const a = await agent('x')\nif (!a) return null\nreturn {{ a }}\n"));
    assert_eq!((script.errors.len(), script.tree), (0, Tree::Whole));
}

#[test]
fn errors_name_the_cause() {
    check("x", expect![[""]]);
    check(
        "const a = await agent(`run `npm test` now`)",
        expect![[r#"
        const a = await agent(`run `npm test` now`)
                                   ^ This back-tick ends the template: write \` for a back-tick in its text.
    "#]],
    );
    check(
        "const a = await agent(`use `code` here`)\nconst b = `x`",
        expect![[r#"
        const a = await agent(`use `code` here`)
                                   ^ This back-tick ends the template: write \` for a back-tick in its text.
    "#]],
    );
    check(
        "const a = await parallel([() => agent('a')\nconst b = 1\n",
        expect![[r#"
        const a = await parallel([() => agent('a')
                                 ^ This `[` is never closed: add `]`.
    "#]],
    );
    check(
        "const a = await parallel(xs.map(x => () => agent(x))\nreturn a",
        expect![[r#"
        const a = await parallel(xs.map(x => () => agent(x))
                                ^ This `(` is never closed: add `)`.
    "#]],
    );
    check(
        "const a = await parallel(xs.map(x => () => { return agent(x) })\n)])\nreturn a",
        expect![[r#"
        )])
         ^ This `]` closes nothing: remove it, or add what it should close.
    "#]],
    );
    check(
        "await parallel([() => agent('a')))",
        expect![[r#"
        await parallel([() => agent('a')))
                       ^ This `[` is never closed: `]` is missing before the `)` that closes what is around it.
    "#]],
    );
    check(
        "if (a) {\n  await agent('x')\n",
        expect![[r#"
        if (a) {
               ^ This `{` is never closed: add `}`.
    "#]],
    );
    check(
        "log('abc\nlog('d')",
        expect![[r#"
        log('abc
            ^^^^ This string is never closed: its line ends without '. Use a template literal for text of several lines.
    "#]],
    );
    check(
        "log(`abc\nlog('d')",
        expect![[r#"
        log(`abc
            ^^^^ This template literal is never closed: a back-tick is missing, or one too many stands before.
    "#]],
    );
    check(
        "const x: string = args",
        expect![[r#"
        const x: string = args
               ^^^^^^^^ A type annotation is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "const f = (a: number) => a",
        expect![[r#"
        const f = (a: number) => a
                    ^^^^^^^^ A type annotation is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "interface A { b: string }",
        expect![[r#"
        interface A { b: string }
        ^^^^^^^^^ `interface` is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "const x = args as Foo",
        expect![[r#"
        const x = args as Foo
                       ^^^^^^ A type assertion is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "const m = new Map<string, number>()",
        expect![[r#"
            const m = new Map<string, number>()
                             ^^^^^^^ A type argument is TypeScript, and workflow scripts run as plain JavaScript: remove it.
        "#]],
    );
    check(
        "function f(): Promise<void> {}",
        expect![[r#"
        function f(): Promise<void> {}
                    ^^^^^^^^^ A type annotation is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "const a = b!.c",
        expect![[r#"
        const a = b!.c
                   ^ The non-null `!` is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "enum A { B }",
        expect![[r#"
        enum A { B }
        ^^^^ `enum` is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "type A = string",
        expect![[r#"
        type A = string
        ^^^^ `type` is TypeScript, and workflow scripts run as plain JavaScript: remove it.
    "#]],
    );
    check(
        "await agent('x', label: 'y')",
        expect![[r#"
        await agent('x', label: 'y')
                         ^^^^^ Options are given as an object: `{ label: … }`.
    "#]],
    );
    check(
        "function f() { return await agent('x') }",
        expect![[r#"
        function f() { return await agent('x') }
                              ^^^^^ `await` stands in a function that is not `async`: write `async` before the function.
    "#]],
    );
    check(
        "xs.map(x => await agent(x))",
        expect![[r#"
        xs.map(x => await agent(x))
                    ^^^^^ `await` stands in a function that is not `async`: write `async` before the function.
    "#]],
    );
    check(
        "const a",
        expect![[r#"
        const a
              ^ A `const` needs a value: write `= …`, or declare it with `let`.
    "#]],
    );
    check(
        "const a =",
        expect![[r#"
            const a =
                    ^ A value is missing here.
        "#]],
    );
    check(
        "foo bar",
        expect![[r#"
        foo bar
            ^^^ The statement should end here: an operator or a comma is missing, or a word too many.
    "#]],
    );
    check(
        "const o = { a: 1, , b: 2 }",
        expect![[r#"
            const o = { a: 1, , b: 2 }
                              ^ Unexpected `,`: remove it, or complete what stands before.
        "#]],
    );
    check(
        "const o = { a: 1 b: 2 }",
        expect![[r#"
            const o = { a: 1 b: 2 }
                             ^ `,` is missing here.
        "#]],
    );
    check(
        "if (a { log(1) }",
        expect![[r#"
        if (a { log(1) }
           ^ This `(` is never closed: add `)`.
    "#]],
    );
    check(
        "a.",
        expect![[r#"
            a.
             ^ A name is missing here, or the word is reserved.
        "#]],
    );
    check(
        "const class = 1",
        expect![[r#"
            const class = 1
                  ^^^^^ A name is missing here, or the word is reserved.
        "#]],
    );
    check(
        "a ?? b || c",
        expect![[r#"
        a ?? b || c
        ^^^^^^^^^^^ `??` and `||` or `&&` cannot be mixed without brackets: put one of them in `(…)`.
    "#]],
    );
    check(
        "/* open",
        expect![[r#"
            /* open
            ^^ This comment is never closed: write `*/`.
        "#]],
    );
    check(
        "const r = /abc",
        expect![[r#"
        const r = /abc
                  ^^^^ This regular expression is never closed: its line ends without `/`.
    "#]],
    );
    check(
        "function g() { export const x = 1 }",
        expect![[r#"
            function g() { export const x = 1 }
                           ^^^^^^ `import` and `export` stand only at the top level, and a workflow has one `export`: `export const meta`.
        "#]],
    );
    check("const a = 1; const a = 2", expect![[""]]);
    check(
        "x = @",
        expect![[r#"
            x = @
                ^ A value is missing here.
        "#]],
    );
    check(
        "log(\u{201c}hi\u{201d})",
        expect![[r#"
            log(“hi”)
                ^^^^ `“` is a typographic quote: write ' or " or a back-tick.
        "#]],
    );
    check(
        "return }",
        expect![[r#"
        return }
               ^ This `}` closes nothing: remove it, or add what it should close.
    "#]],
    );
    check(
        "<div/>",
        expect![[r#"
            <div/>
                 ^ A value is missing here.
        "#]],
    );
}

#[test]
fn recovery_keeps_what_is_not_broken() {
    let text = |line: &str| {
        format!(
            "{META}phase('A')\nconst a = await parallel(xs.map(async x => {{\n  {line}\n  return agent(x)\n}}))\nreturn a\n"
        )
    };
    let good = parse(text("const y = await agent(x)"));
    for line in [
        "const y = await agent(`foo",
        "const y = await agent('foo', { label: }",
        "const y = await parallel([() => {",
        "y.",
        "}}",
    ] {
        let broken = parse_after(text(line), Some(&good));
        assert!(matches!(&broken.tree, Tree::Recovered { blanked } if blanked.len() == 1), "{line}: {:?}", broken.tree);
        assert_eq!(broken.meta.clone().map(|m| m.name), good.meta.clone().map(|m| m.name));
        assert!(!broken.errors.is_empty());
        let last = broken.module().expect("a tree").body.last().map(|l| span(l).slice(&broken.text).to_owned());
        assert_eq!(last.as_deref(), Some("return a"), "{line}: places are kept");
    }
}

#[test]
fn any_text_gives_an_answer() {
    for text in [
        "",
        "\u{feff}",
        "\0",
        "#!/usr/bin/env node\n",
        "+\n`\\u`",
        "\u{2028}",
        "'\\",
        "}",
        "`${",
        "é".repeat(70_000).as_str(),
    ] {
        let script = parse(text);
        assert!(script.errors.iter().all(|e| e.span.end as usize <= text.len() && !e.message.is_empty()), "{text:?}");
    }
}

#[test]
fn meta_is_read_and_every_problem_named() {
    let script = parse(
        "const x = 1\nexport let meta = { name: '', phases: ['A', { detail: `d` }, { title: x }, ...y], __proto__: {}, get a() {} }",
    );
    let meta = script.meta.expect("meta");
    let problems: Vec<String> =
        meta.problems.iter().map(|p| format!("{:?} at {:?}", p.kind, p.span.slice(&script.text))).collect();
    expect![[r#"
        NotFirst at "const x = 1"
        NotConst at "let"
        Missing("description") at "{ name: '', phases: ['A', { detail: `d` }, { title: x }, ...y], __proto__: {}, get a() {} }"
        Empty("name") at "''"
        PhaseIsString at "'A'"
        PhaseWithoutTitle at "{ detail: `d` }"
        NotLiteral("a variable") at "x"
        NotLiteral("a spread") at "...y"
        ReservedKey("__proto__") at "__proto__: {}"
        NotLiteral("an accessor") at "get a() {}""#]].assert_eq(&problems.join("\n"));
}
