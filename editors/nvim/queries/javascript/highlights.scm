; extends

; The names that the dialect of workflow scripts injects.

((call_expression
  function: (identifier) @function.builtin)
  (#any-of? @function.builtin "agent" "parallel" "pipeline" "phase" "log" "workflow" "rlm")
  (#callsheet-workflow?))

((identifier) @variable.builtin
  (#any-of? @variable.builtin "args" "budget")
  (#callsheet-workflow?))

((program
  (export_statement
    declaration: (lexical_declaration
      (variable_declarator name: (identifier) @constant.builtin))))
  (#eq? @constant.builtin "meta")
  (#callsheet-workflow?))

; Titles of phases, where they are declared and where they are used.
((pair
  key: (property_identifier) @_key
  value: (string (string_fragment) @markup.heading))
  (#any-of? @_key "title" "phase")
  (#callsheet-workflow?))

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (string (string_fragment) @markup.heading)))
  (#eq? @_call "phase")
  (#callsheet-workflow?))
