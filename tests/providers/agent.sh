#!/bin/sh
# A small agent for tests: it speaks the Agent Client Protocol, asks for leave before it writes, and gives an answer in a schema by the
# tool it is offered: first a wrong one, then, once it is told, a right one.
say() { printf '%s\n' "$1"; }
update() { say "{\"jsonrpc\":\"2.0\",\"method\":\"session/update\",\"params\":{\"sessionId\":\"s\",\"update\":$1}}"; }
chunk() { update "{\"sessionUpdate\":\"agent_message_chunk\",\"content\":{\"type\":\"text\",\"text\":\"$1\"}}"; }
result() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$1}"; }
done_with() {
  update '{"sessionUpdate":"usage_update","used":1,"size":100,"cost":{"amount":0.25,"currency":"USD"}}'
  result "{\"stopReason\":\"end_turn\",\"usage\":{\"inputTokens\":$1,\"outputTokens\":$2,\"cachedReadTokens\":$3}}"
}
call_tool() {
  printf '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"structured_output","arguments":%s}}\n' "$1" |
    "$program" structured-output "$place"
}

say 'an agent says hello'
while IFS= read -r line; do
  id=$(printf '%s' "$line" | sed -n 's/^{"jsonrpc":"2.0","id":\([0-9]*\),.*/\1/p')
  case $line in
    *'"method":"initialize"'*) result '{"protocolVersion":1,"agentCapabilities":{}}' ;;
    *'"method":"session/new"'*)
      program=$(printf '%s' "$line" | sed -n 's/.*"command":"\([^"]*\)".*/\1/p')
      place=$(printf '%s' "$line" | sed -n 's/.*"structured-output","\([^"]*\)".*/\1/p')
      result '{"sessionId":"s"}'
      ;;
    *'"method":"session/prompt"'*'write a file'*)
      chunk 'Let me see.'
      update '{"sessionUpdate":"tool_call","toolCallId":"t","title":"Write written.txt","kind":"edit"}'
      say '{"jsonrpc":"2.0","id":900,"method":"session/request_permission","params":{"sessionId":"s","toolCall":{"toolCallId":"t","title":"Write written.txt","kind":"edit"},"options":[{"optionId":"always","name":"Always","kind":"allow_always"},{"optionId":"yes","name":"Yes","kind":"allow_once"},{"optionId":"no","name":"No","kind":"reject_once"}]}}'
      IFS= read -r reply
      case $reply in
        *'"optionId":"yes"'*) echo written > written.txt; chunk 'I wrote \ud83d'; chunk '\ude80 it.' ;;
        *) chunk 'I may not.' ;;
      esac
      done_with 10 6 4
      ;;
    *'"method":"session/prompt"'*'Give your answer now'*toolless*) chunk '{\"toolless\": 7}'; done_with 7 5 0 ;;
    *'"method":"session/prompt"'*'Give your answer now'*)
      case $(call_tool '{"n":"seven"}') in
        *'is not of type'*'"isError":true'*) call_tool '{"n":7}' > /dev/null ;;
      esac
      done_with 7 5 0
      ;;
    *'"method":"session/prompt"'*) chunk 'It is seven.'; done_with 5 3 0 ;;
    *) say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":-32601,\"message\":\"no such method\"}}" ;;
  esac
done
