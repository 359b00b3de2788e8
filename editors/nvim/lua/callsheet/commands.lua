--- The subcommands of |:Callsheet|: what carries each out, what it takes, and what its help says.
---@class callsheet.Subcommand
---@field name string
---@field server? string the server's command; without, it is carried out here
---@field takes? 'args'|'run'|'question'|'task' JSON for the script, the name of a run, or words
---@field help string

---@type callsheet.Subcommand[]
return {
  { name = 'run', server = 'callsheet.run', takes = 'args',
    help = 'Run the script in this window. {args} is JSON and reaches the script as `args`. A run that is likely to cost more than '
      .. 'the setting `confirmAbove` is asked about first.' },
  { name = 'dry', server = 'callsheet.dryRun', takes = 'args', help = 'Run it on the simulated model, at no cost.' },
  { name = 'resume', server = 'callsheet.resume', takes = 'run',
    help = 'Go on with the newest run of the script, the run that this window shows, or {run}: answers it has are used again. First '
      .. 'you are told which agents are answered from the journal, which run, and what that costs.' },
  { name = 'ask', server = 'callsheet.ask', takes = 'question',
    help = 'Have a recursive language model answer {question} about the file in this window, about the lines of a range '
      .. '(`:\'<,\'>Callsheet ask What is this?`), or about the folder this window lists. Without {question} you are asked for it.' },
  { name = 'write', server = 'callsheet.write', takes = 'task',
    help = 'Have a model write a workflow script that does {task}. Drafts go back to it until the checker finds nothing; then the script '
      .. 'opens, you are told what it will do and cost, and asked whether to save it, to save and run it, or neither. Without {task} you '
      .. 'are asked for it.' },
  { name = 'stop', server = 'callsheet.stop',
    help = 'Stop the newest run of the script, or the run that this window shows.' },
  { name = 'plan', server = 'callsheet.showPlan', help = 'Show the call sheet: phases, agents, bounds, prompts.' },
  { name = 'report', server = 'callsheet.report', takes = 'run',
    help = 'Write the newest run of the script, the run that this window shows, or {run}, as one page and open it in the browser.' },
  { name = 'show', help = 'Open the run window for the newest run.' },
}
