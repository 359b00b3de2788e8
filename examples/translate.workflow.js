// @callsheet args: { "languages": ["de", "fr", "ja"], "text": "Ready when you are." }
export const meta = {
  name: 'translate',
  description: 'Translates a text into each language asked for and has every translation read by someone else.',
  phases: [{ title: 'Translate' }, { title: 'Proofread' }],
}

const TRANSLATION = {
  type: 'object',
  properties: { text: { type: 'string', maxLength: 2000 } },
  required: ['text'],
  additionalProperties: false,
}

const given = typeof args === 'string' ? JSON.parse(args) : args
const { languages = ['de', 'fr'], text = 'Ready when you are.' } = given ?? {}

const translated = await pipeline(
  languages,
  (language) =>
    agent(`Translate into ${language}:\n\n${text}`, {
      label: `translate:${language}`,
      phase: 'Translate',
      model: 'sonnet',
      schema: TRANSLATION,
    }),
  (draft, language) =>
    draft &&
    agent(`Mend what a native speaker of ${language} would not say:\n\n${draft.text}`, {
      label: `proofread:${language}`,
      phase: 'Proofread',
      model: 'haiku',
      schema: TRANSLATION,
    }),
)

const missing = languages.filter((_, i) => !translated[i])
if (missing.length > 0) log(`No translation into ${missing.join(', ')}.`)

return { translations: translated.map((t, i) => t && { language: languages[i], text: t.text }), missing }
