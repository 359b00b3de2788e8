export const meta = {
  name: 'release-readiness',
  description: 'Checks a release from five sides, refutes what it finds and drafts the notes',
  phases: [
    { title: 'Survey', detail: 'What changed since the last tag' },
    { title: 'Inspect', detail: 'Five inspections, each on its own' },
    { title: 'Refute', detail: 'Two sceptics for each serious finding' },
    { title: 'Repair', detail: 'A patch for each confirmed finding' },
    { title: 'Write', detail: 'Notes, changelog and upgrade guide' },
  ],
}

// @callsheet args: { "tag": "v1.4.0", "languages": ["de", "fr"] }

const given = typeof args === 'string' ? JSON.parse(args) : args
const tag = given && given.tag ? given.tag : 'the last tag'
const languages = ((given && given.languages) || []).slice(0, 4)

const MAX_FINDINGS = 6
const SCEPTICS = 2

const CHANGES = {
  type: 'object',
  required: ['areas', 'summary'],
  properties: {
    summary: { type: 'string', maxLength: 2000 },
    areas: {
      type: 'array',
      maxItems: 5,
      items: {
        type: 'object',
        required: ['name', 'files'],
        properties: {
          name: { type: 'string' },
          files: { type: 'array', items: { type: 'string' }, maxItems: 40 },
        },
      },
    },
  },
}

const FINDINGS = {
  type: 'object',
  required: ['findings'],
  properties: {
    findings: {
      type: 'array',
      maxItems: 6,
      items: {
        type: 'object',
        required: ['title', 'severity', 'file', 'claim'],
        properties: {
          title: { type: 'string' },
          severity: { enum: ['low', 'medium', 'high'] },
          file: { type: 'string' },
          claim: { type: 'string' },
        },
      },
    },
  },
}

const VERDICT = {
  type: 'object',
  required: ['refuted', 'reason'],
  properties: {
    refuted: { type: 'boolean' },
    reason: { type: 'string', maxLength: 800 },
  },
}

const INSPECTIONS = [
  { key: 'api', question: 'Which public names changed their meaning, type or default?' },
  { key: 'data', question: 'Which stored data can an old version no longer read?' },
  { key: 'speed', question: 'Which hot path became slower, and by how much?' },
  { key: 'safety', question: 'Which input reaches a shell, a query or a path unchecked?' },
  { key: 'docs', question: 'Which page of the documentation is wrong now?' },
]

function inspectionPrompt(inspection, changes) {
  return [
    `You inspect one side of a release: ${inspection.key}.`,
    inspection.question,
    'Read the files yourself; do not trust the summary.',
    `Summary of the changes since ${tag}:`,
    changes.summary,
    'Report only what you can show in the code, at most six findings.',
  ].join('\n')
}

function scepticPrompt(finding, round) {
  return [
    `A colleague claims: ${finding.claim}`,
    `The file is ${finding.file}.`,
    'Try to refute the claim. Read the code before and after the change, and look for tests that cover it.',
    `This is attempt ${round + 1}; a claim that survives all attempts goes into the release notes.`,
  ].join('\n')
}

async function inspect(inspection, changes) {
  const report = await agent(inspectionPrompt(inspection, changes), {
    label: `inspect:${inspection.key}`,
    phase: 'Inspect',
    schema: FINDINGS,
    effort: 'high',
  })
  return report ? report.findings.slice(0, MAX_FINDINGS) : []
}

async function survives(finding) {
  const votes = await parallel(
    Array.from({ length: SCEPTICS }, (_, round) => () =>
      agent(scepticPrompt(finding, round), {
        label: `refute:${finding.title}`,
        phase: 'Refute',
        schema: VERDICT,
        model: 'sonnet',
      }),
    ),
  )
  const valid = votes.filter(Boolean)
  return valid.length > 0 && valid.every(vote => !vote.refuted)
}

phase('Survey')
log(`Looking at the changes since ${tag}`)

const changes = await agent(`List the areas of the code that changed since ${tag}, with their files.`, {
  label: 'survey',
  schema: CHANGES,
})
if (!changes) {
  return { ready: false, reason: 'The survey was skipped.' }
}

phase('Inspect')

const reports = await pipeline(
  INSPECTIONS,
  inspection => inspect(inspection, changes),
  findings => findings.filter(finding => finding.severity !== 'low'),
)

const serious = reports.filter(Boolean).flat()
log(`${serious.length} findings are worth a second look`)

phase('Refute')

const checked = await parallel(
  serious.map(finding => async () => ({ ...finding, confirmed: await survives(finding) })),
)
const confirmed = checked.filter(Boolean).filter(finding => finding.confirmed)

phase('Repair')

const patches = await parallel(
  confirmed.slice(0, 8).map(finding => () =>
    agent(`Repair this and add a test that fails without the repair.\n${finding.claim}\nFile: ${finding.file}`, {
      label: `repair:${finding.title}`,
      phase: 'Repair',
      isolation: 'worktree',
    }),
  ),
)

phase('Write')

const notes = await agent(
  `Write the release notes for the changes since ${tag}.
Confirmed findings: ${JSON.stringify(confirmed)}
Patches: ${patches.filter(Boolean).length}
Be brief; the reader upgrades on a Friday afternoon.`,
  { label: 'notes' },
)

const [changelog, guide] = await parallel([
  () => agent(`Turn these notes into a changelog entry.\n${notes}`, { label: 'changelog' }),
  () => agent(`Write an upgrade guide of at most one page.\n${notes}`, { label: 'guide' }),
])

const translated = {}
for (const language of languages) {
  translated[language] = await agent(`Translate these notes to ${language}.\n${notes}`, { label: `translate:${language}` })
}

return { ready: confirmed.length === 0, notes, changelog, guide, translated }
