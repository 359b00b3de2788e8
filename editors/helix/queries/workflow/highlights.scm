; inherits: javascript

; The names that the dialect of workflow scripts injects.

((call_expression
  function: (identifier) @function.builtin)
  (#any-of? @function.builtin "agent" "parallel" "pipeline" "phase" "log" "workflow" "rlm"))

((identifier) @variable.builtin
  (#any-of? @variable.builtin "args" "budget"))

((program
  (export_statement
    declaration: (lexical_declaration
      (variable_declarator name: (identifier) @constant.builtin))))
  (#eq? @constant.builtin "meta"))

; Titles of phases, where they are declared and where they are used.
((pair
  key: (property_identifier) @_key
  value: (string (string_fragment) @markup.heading))
  (#any-of? @_key "title" "phase"))

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (string (string_fragment) @markup.heading)))
  (#eq? @_call "phase"))
