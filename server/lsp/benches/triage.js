export const meta = {
  name: 'triage',
  description: 'Sorts the open tickets of a week, looks for causes in the code and drafts answers',
  phases: [
    { title: 'Sort', detail: 'One agent for each product area' },
    { title: 'Investigate', detail: 'Every urgent ticket by itself, with a second opinion' },
    { title: 'Answer', detail: 'Drafts, and a page for the team' },
  ],
}

// The areas are those of the product handbook. A ticket that belongs to none of them is looked at by whoever has
// the "general" area, and so is one that belongs to several.
const AREAS = [
  { key: 'billing', title: 'Invoices, payments and refunds', owner: 'the payments team' },
  { key: 'sync', title: 'Synchronisation between devices', owner: 'the client team' },
  { key: 'search', title: 'Search, filters and saved views', owner: 'the data team' },
  { key: 'general', title: 'Everything that fits nowhere else', owner: 'whoever is on call' },
]

// More than six at a time is more than anybody reads on a Monday; the others stay in the tracker and are named at the
// end, so that nobody takes the page for the whole truth.
const MAX_URGENT = 6
const OPINIONS = 2

const SORTED = {
  type: 'object',
  additionalProperties: false,
  required: ['tickets', 'note'],
  properties: {
    note: { type: 'string', description: 'What stands out in this area, in two sentences at most' },
    tickets: {
      type: 'array',
      maxItems: 25,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['id', 'title', 'urgency', 'evidence'],
        properties: {
          id: { type: 'string', description: 'The id of the ticket as the tracker shows it' },
          title: { type: 'string' },
          urgency: { type: 'string', enum: ['low', 'normal', 'urgent'] },
          evidence: { type: 'string', description: 'The sentence of the ticket that decides the urgency' },
        },
      },
    },
  },
}

const CAUSE = {
  type: 'object',
  additionalProperties: false,
  required: ['cause', 'file', 'certain', 'workaround'],
  properties: {
    cause: { type: 'string', description: 'What goes wrong, and since which change' },
    file: { type: 'string', description: 'Path and line of the code that does it' },
    certain: { type: 'boolean', description: 'Whether you have seen it fail, or a test that shows it' },
    workaround: { type: 'string', description: 'What the customer can do today; empty if there is nothing' },
  },
}

const VERDICT = {
  type: 'object',
  additionalProperties: false,
  required: ['holds', 'reason'],
  properties: {
    holds: { type: 'boolean' },
    reason: { type: 'string' },
  },
}

const RULES = `
Rules for everyone who works on tickets:
- Read the whole ticket with all its comments, also the old ones, before you say anything about it.
- Quote what the customer wrote; never put words into somebody's mouth.
- "It works for me" is no finding. Say what you tried, with which version, and what you saw.
- Names, addresses and payment details of customers stay in the tracker and appear in no answer of yours.
- If two tickets are about the same thing, work on the older one and mention the other by its id.
- If you do not know, say so. A guess that looks like a fact costs the customer a day.
`

function sortingPrompt(area, week) {
  return `You sort the support tickets of week ${week} for the area "${area.title}" (${area.key}).

Use the tracker's command line (\`tickets list --area ${area.key} --week ${week}\`) and read each ticket it lists.
A ticket is urgent if a customer loses data, loses money or cannot work at all; it is low if nobody would notice
for a month that it is not answered; everything else is normal. Be strict: last quarter half of what was called
urgent was not, and ${area.owner} stopped reading the list.
${RULES}
Answer with the tickets, the most urgent first, and a short note for ${area.owner}.`
}

function pagePrompt(answers) {
  return `Write the week's page for the team. It has three parts, in this order, and fits on one screen:
1. What hurt most, in one sentence for each product area, with the number of tickets behind it.
2. What we know now that we did not know on Monday: the causes that held, each with its file, and nothing else.
3. What somebody has to decide. Put a name behind each decision, or "nobody yet" if there is none.
Leave out praise, apologies and everything a reader of last week's page knows already. If two areas have the same
cause, say it once. Numbers come from the tracker; do not count by hand, and do not round.
${RULES}
These are the drafts of the answers, for the tone and the facts:
${answers}`
}

function causePrompt(ticket) {
  return [
    `Find out why this happens: "${ticket.title}" (ticket ${ticket.id}).`,
    `What was decisive for its urgency: ${ticket.evidence}`,
    'Start from what the customer did, find the code that ran, and follow it until you see the mistake. Look at the',
    'history of the file: most of what we break we broke in the last three weeks. If there is a test close by, run it,',
    'and if there is none, write one in a temporary folder and leave the repository as it is.',
    RULES,
    'Name the one place where a change would help. "Somewhere in the sync layer" is not a place.',
  ].join('\n')
}

function opinionPrompt(ticket, found, round) {
  return `A colleague says that ticket ${ticket.id} ("${ticket.title}") comes from ${found.file}: ${found.cause}

You are reader ${round + 1} of ${OPINIONS}, and your task is to find out whether that is wrong. Read the code without
the colleague's explanation in mind first. Then try to explain the ticket with the explanation given, step by step,
and stop at the first step that does not follow. A cause that explains only half of what the customer saw does not hold.
${RULES}`
}

const week = (args && args.week) || 'the current week'

phase('Sort')
log(`Sorting ${week} in ${AREAS.length} areas`)

const sorted = await parallel(
  AREAS.map(area => () => agent(sortingPrompt(area, week), { label: `sort:${area.key}`, phase: 'Sort', schema: SORTED })),
)

const urgent = []
for (const area of sorted.filter(Boolean)) {
  for (const ticket of area.tickets) {
    if (ticket.urgency === 'urgent') urgent.push(ticket)
  }
}
if (urgent.length === 0) {
  return { week, urgent: 0, notes: sorted.filter(Boolean).map(area => area.note) }
}
log(`${urgent.length} urgent tickets, of which ${Math.min(urgent.length, MAX_URGENT)} are looked into`)

phase('Investigate')

const causes = await pipeline(
  urgent.slice(0, MAX_URGENT),
  async ticket => {
    const found = await agent(causePrompt(ticket), { label: `cause:${ticket.id}`, phase: 'Investigate', schema: CAUSE })
    return found && { ticket, found }
  },
  async known => {
    if (!known || known.found.certain) return known
    const votes = await parallel(
      Array.from({ length: OPINIONS }, (_, round) => () =>
        agent(opinionPrompt(known.ticket, known.found, round), {
          label: `opinion:${known.ticket.id}:${round}`,
          phase: 'Investigate',
          schema: VERDICT,
          model: 'sonnet',
        }),
      ),
    )
    return votes.filter(Boolean).every(vote => vote.holds) ? known : null
  },
)
const solid = causes.filter(Boolean)

phase('Answer')

let answers = ''
for (const { ticket, found } of solid.slice(0, 4)) {
  const draft = await agent(`Draft an answer to ticket ${ticket.id}: ${found.workaround}. Be kind.`, { lable: 'draft' })
  if (draft) answers += `\n\n## ${ticket.id}\n${draft}`
}

/* The team reads one page, not twenty tickets. */ const page = await agent(pagePrompt(answers), { lable: 'page' })

const open = urgent.slice(MAX_URGENT).map(ticket => ticket.id)
const next = open.slice(0, 5).length > 0 && (await agent(`Who takes these?\n${open.join('\n')}`, { lable: 'next' }))
return { week, urgent: urgent.length, solved: solid.length, page, next }
