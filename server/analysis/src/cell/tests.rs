use expect_test::{Expect, expect};

use super::*;

const NAMES: Names<'static> = Names {
    reserved: &["context", "ctx", "llm_query", "print", "submit"],
    promises: &["llm_query", "llm_query_batched", "rlm_query"],
    ends: &["submit", "finalVar"],
    context: None,
};

fn shows(source: &str, expected: Expect) {
    let shown = match rewrite(source, NAMES) {
        Ok(cell) => {
            let body = cell.code.strip_prefix(BEFORE).unwrap().strip_suffix(AFTER).unwrap().to_owned();
            let notes: String = cell.notes.iter().map(|n| format!("\n// {n}")).collect();
            format!("{body}\n// sets {}{notes}", cell.names.join(" "))
        }
        Err(wrong) => wrong.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"),
    };
    expected.assert_eq(&shown);
}

#[test]
fn declarations_become_assignments() {
    shows(
        "const a = 1, { b, c: [d = 2] } = o;\nlet e\nvar f, g = () => 1\nif (a) var h = 3\nfor (var i = 0; i < 3; i++) { let j = i; var k = j }\nfor (var [l] of m) l()\nfor (const n of m) n()",
        expect![[r#"
            void (a = 1, { b, c: [d = 2] } = o);
            void (e = void 0)
            void (typeof f === "undefined" && (f = void 0), g = () => ($_t(3,12),1))
            if (a) void (h = 3)
            for (void (i = 0); i < 3; i++) {$_t(5,1); let j = i; void (k = j) }
            for ([l] of m) {$_t(6,1);l()}
            for (const n of m) {$_t(7,1);n()}
            // sets a b d e f g h i k l"#]],
    );
}

#[test]
fn functions_move_to_the_front_and_lose_their_name() {
    shows(
        "f(1)\nasync function* f(x) { yield f }\nclass A { m() {} }\n[1].map(x => x)",
        expect![[r#"
            f = async function* (x) {$_t(2,1); yield f };f(1)

            void (A = class A { m() {$_t(3,11);} });
            return ([1].map(x => ($_t(4,9),x)))
            // sets f A"#]],
    );
}

#[test]
fn the_last_expression_is_the_value() {
    shows(
        "x = 3; x + 1;",
        expect![[r#"
        x = 3; return (x + 1);
        // sets x"#]],
    );
    shows(
        "while (1) x = a => b",
        expect![[r#"
        while (1) {$_t(1,1);x = a => ($_t(1,15),b)}
        // sets x"#]],
    );
    shows(
        "return await llm_query('a')",
        expect![[r#"
        return await llm_query('a')
        // sets "#]],
    );
}

#[test]
fn what_cannot_run_says_why() {
    shows(
        "const a = 1;\na = 2; a++",
        expect![[r#"
        2:1: `a` is a constant of this cell and is assigned here; declare it with `let`
        2:8: `a` is a constant of this cell and is assigned here; declare it with `let`"#]],
    );
    shows("let a; let a", expect!["1:12: `a` is declared twice in this cell"]);
    shows(
        "const context = 1;\n({ x: llm_query } = o); xs.map((context) => context = 2)",
        expect![[r#"
        1:7: `context` belongs to the REPL and cannot be set; take another name
        2:7: `llm_query` belongs to the REPL and cannot be set; take another name"#]],
    );
    shows(
        "import fs from 'fs'",
        expect![
            "1:1: `import` does not work in a cell: all there is has a global name already; SHOW_VARS() lists yours"
        ],
    );
    shows(
        "xs.map(x => await llm_query(x))",
        expect![
            "1:13: `await` stands in a function that is not `async`: write `async` before the function. `await` works at the top level and in async functions: make the callback one, `await Promise.all(xs.map(async (x) => …))`"
        ],
    );
    shows(
        "const r = llm_query('a').trim()\nprint(`${llm_query('b')}`)",
        expect![[r#"
        1:11: `llm_query(…)` gives a promise, not the answer: write `(await llm_query(…))`
        2:10: `llm_query(…)` gives a promise, not the answer: write `(await llm_query(…))`"#]],
    );
    shows(
        "while (true) { await llm_query('again') }",
        expect!["1:1: this loop calls `llm_query` and never ends: give it an end"],
    );
    shows(
        "while (true) { const r = await llm_query('again'); if (r) finalVar(r) }",
        expect![[r#"
        while (true) {$_t(1,1); const r = await llm_query('again'); if (r) finalVar(r) }
        // sets "#]],
    );
    shows("let x = {", expect!["1:9: This `{` is never closed: add `}`."]);
}

#[test]
fn types_are_left_out_and_all_else_keeps_its_place() {
    let cells = [
        "interface Part { count: number }\ntype Parts = Part[]\nconst xs: Part[] = [], é = xs as unknown as Parts\nxs!.length",
        "async function sum<T extends object>(this: void, parts: T[], by?: keyof T, ...rest: string[]): Promise<number> { return parts.length }",
        "const f = async <T,>(x: T): Promise<T> => x, [a, b]: [number, number] = [1, 2], { c }: { c?: 'é' } = {}",
        "abstract class A<T> extends Array<T> implements Iterable<T>, X {\n  private readonly n?: number = 1\n  declare m: string\n  [key: string]: unknown\n  constructor(x: T)\n  constructor(x: T, y?: T) { super() }\n  protected static async go(): Promise<void> {}\n  abstract no(): void\n}",
        "let later!: string\nconst m = new Map<string, number>(), p = <any>m, o = { a: 1 } as const satisfies object\ntry { f<string>('a') } catch (e: unknown) { throw e }\nfor (const [k, v] of m as any) print(k!)",
        "const x = o as any\n(1)\ntype T = 1\n[2]",
        "declare const y: number\nfunction over(a: string): void\nfunction over(a: any) {}\nreturn y",
    ];
    for cell in cells {
        let blanked = types::blanked(cell, true).expect("TypeScript").expect("no code");
        assert_eq!(blanked.len(), cell.len());
        assert!(script::parse(&*blanked).errors.is_empty(), "{blanked}\n{:?}", script::parse(&*blanked).errors);
    }
    let shown: Vec<String> = cells.iter().map(|cell| types::blanked(cell, true).unwrap().unwrap()).collect();
    let tidy = |line: &str| line.trim_end().to_owned();
    let shown: Vec<String> = shown.join("\n").lines().map(tidy).collect();
    expect![[r#"
        ;
        ;
        const xs         = [], é = xs
        xs .length
        async function sum                  (            parts     , by          , ...rest          )                  { return parts.length }
        const f = async     (x   )             => x, [a, b]                   = [1, 2], { c }               = {}
                 class A    extends Array                              {
                           n          = 1



          constructor(x   , y    ) { super() }
                    static async go()                {}

        }
        let later
        const m = new Map                (), p =      m, o = { a: 1 }
        try { f        ('a') } catch (e         ) { throw e }
        for (const [k, v] of m       ) print(k )
        const x = o;
        (1)
        ;
        [2]
        ;
        ;
        function over(a     ) {}
        return y"#]].assert_eq(&shown.join("\n"));
    let source = "const é: 'ü' = 'x'; oops()";
    let cell = rewrite(source, NAMES).unwrap();
    let at = cell.code.find("oops").unwrap() as u32;
    let place = LineIndex::new(&cell.code).line_column(&cell.code, at);
    assert_eq!(cell.place(source, place.line, place.column).map(|at| at.to_string()), Some("1:21".into()));
}

#[test]
fn types_that_make_code_are_refused() {
    shows(
        "let a: number = 1\nenum Color { Red }",
        expect![
            "2:1: An `enum` makes code, and only types that make none are left out here: write an object, `const Color = { Red: 0 }`"
        ],
    );
    shows(
        "namespace N { export const a = 1 }",
        expect!["1:1: A `namespace` makes code, and only types that make none are left out here: write an object"],
    );
    shows(
        "class A { constructor(private x: number) {} }",
        expect![
            "1:23: A parameter that is a property makes code, and only types that make none are left out here: assign it in the constructor, `this.x = x`"
        ],
    );
    // What is neither language is told of as JavaScript.
    shows("const a: number = ", expect!["1:19: A value is missing here."]);
    let deep = format!("let a: {}1{} = 1", "A<".repeat(9000), ">".repeat(9000));
    assert!(rewrite(&deep, NAMES).is_err());
    assert!(rewrite(&format!("let a: {}A = 1", "keyof ".repeat(9000)), NAMES).is_err());
}

#[test]
fn what_is_unwise_is_noted() {
    shows(
        "const ls = ctx.text.split('\\n')\nawait Promise.all(ls.map(async (l) => await llm_query(l)))\nllm_query('x')\n1",
        expect![[r#"
            void (ls = ctx.text.split('\n'))
            await Promise.all(ls.map(async (l) => ($_t(2,26),await llm_query(l))))
            llm_query('x')
            return (1)
            // sets ls
            // 2:45: this calls `llm_query` once a line: put many lines into one prompt, as ctx.chunk() does, or count in code
            // 3:1: nobody uses what `llm_query(…)` answers: add `await` and keep it"#]],
    );
}

#[test]
fn a_prompt_with_all_of_the_context_is_seen() {
    let asks = [
        "await llm_query(`Read: ${context}`)",
        "await llm_query('Read: ' + ctx.text)",
        "await llm_query_batched(['a', question + ('\\n' + context)])",
        "const { context: c } = o; await llm_query(context.slice(0, 100) + c)",
        "await llm_query('Read', { context })",
        "const f = (context) => llm_query(context)",
    ];
    let said = |characters: usize| {
        let names = Names { context: Some(ContextSize { characters, prompt: 400_000 }), ..NAMES };
        let of = |ask: &&str| match rewrite(ask, names) {
            Ok(cell) => cell.notes.first().map_or("fine".to_owned(), |note| format!("note {note}")),
            Err(wrong) => wrong[0].to_string(),
        };
        asks.iter().map(of).map(|said| said.chars().take(60).collect::<String>()).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        1:7: `llm_query` is given the whole context, 500000 characte
        1:7: `llm_query` is given the whole context, 500000 characte
        1:7: `llm_query_batched` is given the whole context, 500000 
        fine
        fine
        fine"#]]
    .assert_eq(&said(500_000));
    assert_eq!(said(50_000).matches("note 1:7: ").count(), 3);
    assert_eq!(said(500).matches("fine").count(), 6);
}

#[test]
fn places_are_the_cells_own() {
    let source = "const é = 1\nfunction late() { oops() }\nlet b = () => { nope() }\nlast()";
    let cell = rewrite(source, NAMES).unwrap();
    for word in ["oops", "nope", "last"] {
        let at = cell.code.find(word).unwrap();
        let place = LineIndex::new(&cell.code).line_column(&cell.code, at as u32);
        let expected = LineIndex::new(source).line_column(source, source.find(word).unwrap() as u32);
        assert_eq!(cell.place(source, place.line, place.column), Some(expected), "{word}");
    }
    assert_eq!(cell.place(source, 1, 3), None, "what is ours has no place");
}
