; inherits: javascript

; A prompt is Markdown; its placeholders are not.

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (template_string (string_fragment) @injection.content)))
  (#eq? @_call "agent")
  (#set! injection.language "markdown"))

((call_expression
  function: (identifier) @_call
  arguments: (arguments . (string (string_fragment) @injection.content)))
  (#eq? @_call "agent")
  (#set! injection.language "markdown"))
