//! The dialect's primitives: `agent`, `phase`, `log`, `workflow`.

use std::sync::Arc;

use super::{
    PromptPart, Setting,
    effects::{Effects, Key},
    functions::{Args, Guarded},
    interp::Interp,
    prompts::Prompts,
    record::{AgentSite, Site, SiteKind, Title},
    strings::Str,
    sum::{Tally, WhyId},
    val::Val,
};
use crate::{
    text::Span,
    vocabulary::{Exhausted, PhaseScope},
};

impl<'a> Interp<'a> {
    /// Calls a primitive, if `name` is one.
    pub(super) fn call_primitive(&mut self, name: &'static str, args: &Args, at: Span) -> Option<Val> {
        Some(match name {
            "agent" => self.agent(args, at),
            "parallel" => self.parallel(args, at),
            "pipeline" => self.pipeline(args, at),
            "phase" => {
                self.enter_phase(args, at);
                Val::undefined()
            }
            "log" => Val::undefined(),
            "rlm" => self.rlm(args, at),
            "workflow" if self.given.is_some() => self.nested_too_deep(at),
            "workflow" => self.workflow(args, at),
            _ => return None,
        })
    }

    pub(super) fn site(&mut self, at: Span, kind: SiteKind) -> &mut Site {
        let callee = self.callee;
        let concurrent = self.concurrent > 0;
        let site = self.record.sites.entry(at.start).or_insert_with(|| Site::new(at, callee, kind));
        site.concurrent |= concurrent;
        site
    }

    fn agent(&mut self, args: &Args, at: Span) -> Val {
        let callee = self.callee;
        let prompt = args.get(0);
        let prompt_span = args.span(0, at);
        self.misused(&prompt, prompt_span, super::MisuseKind::Text);
        let options = args.get(1);
        let options_span = args.span(1, at);
        let rlm = self.option(&options, "rlm", options_span);
        // What is not known may be the option only where the script names it: elsewhere the runtime refuses it.
        let may_be = !rlm.without_nullish().is_never() && (rlm.unknown.is_none() || self.names_rlm);
        let may_not = rlm.is_nullish_possible() || rlm.unknown.is_some();
        // What the script catches can have been thrown here; what it does not catch ends the run.
        let spot = self.awaiting == Some(at);
        let refusal = if may_be || !spot || self.is_guarded() {
            self.refusal((&prompt, prompt_span), (&options, options_span))
        } else {
            None
        };
        if refusal.is_some() {
            self.may_throw_because(refusal);
        }
        if self.context.profile.flags().phase_scope == PhaseScope::Ambient {
            let option = self.option(&options, "phase", options_span);
            let phase = self.phase_value(&option);
            let before = self.heap.var(self.phase);
            self.heap.set_var(self.phase, if refusal.is_some() { phase.join(&before) } else { phase });
        }
        // Nobody knows here who catches what a promise that goes elsewhere rejects with.
        let uncertain = refusal.filter(|_| !spot);
        if may_be && may_not {
            return self.either(2, |me, way| {
                me.callee = callee;
                match way {
                    0 => {
                        let rlm = rlm.without_nullish();
                        me.agent_as_rlm(&rlm, &options, refusal.is_none(), at, options_span, options_span)
                    }
                    _ => me.plain_agent(&prompt, prompt_span, &options, options_span, uncertain, at),
                }
            });
        }
        self.callee = callee;
        match may_be {
            true => self.agent_as_rlm(&rlm, &options, refusal.is_none(), at, options_span, at),
            false => self.plain_agent(&prompt, prompt_span, &options, options_span, uncertain, at),
        }
    }

    /// A call of `agent` that is no tree; for `uncertain` it may not be made.
    fn plain_agent(
        &mut self,
        prompt: &Val,
        prompt_span: Span,
        options: &Val,
        options_span: Span,
        uncertain: Option<WhyId>,
        at: Span,
    ) -> Val {
        let callee = self.callee;
        let text = self.text_of(prompt);
        let read = |me: &mut Self, name: &str| me.option(options, name, options_span);
        let schema = read(self, "schema");
        let label = read(self, "label");
        let phase = read(self, "phase");
        let (model, effort, agent_type) = (read(self, "model"), read(self, "effort"), read(self, "agentType"));
        let phases = self.phases_of(&self.phase_value(&phase));
        let schema_json = if schema.is_nullish() { None } else { self.schema_json(&schema) };
        let label_parts = if label.is_nullish() { None } else { Some(self.text_of(&label).parts(options_span)) };
        let seen = AgentSite {
            phases: phases.clone(),
            label: label_parts,
            prompts: Prompts::one(text.text, prompt_span),
            takes_schema: !schema.is_nullish(),
            schema: schema_json.clone(),
            schema_varies: false,
            model: Some(self.setting(&model, options_span)),
            effort: Some(self.setting(&effort, options_span)),
            agent_type: Some(self.setting(&agent_type, options_span)),
        };
        self.callee = callee;
        match self.record.sites.get_mut(&at.start) {
            Some(site) => {
                site.concurrent |= self.concurrent > 0;
                if let SiteKind::Agent(known) = &mut site.kind {
                    known.meet(seen);
                }
            }
            None => {
                self.site(at, SiteKind::Agent(Box::new(seen)));
            }
        }
        let one = Tally::exactly(1);
        let mut fx = Effects::none();
        fx.add(Key::Total, &one);
        fx.add(Key::Call(at.start), &one);
        match phases.as_slice() {
            [phase] => fx.add(Key::Phase(*phase as u32), &one),
            many => {
                for phase in many {
                    let why = self.why(at, "the run decides to which phase it belongs");
                    fx.add(Key::Phase(*phase as u32), &one.down_to(0, Some(why)));
                }
            }
        }
        fx.path = one.clone();
        fx.peak = one;
        let line = self.script.lines.line_of(at.start) + 1;
        let why = self.why(at, format_args!("the agent at line {line} gives null when it is skipped or fails"));
        let mut val = Val::null_because(why);
        let (with, without) = (!schema.is_nullish(), schema.is_nullish_possible() || (schema.may_be_falsy()));
        if with {
            let truthy = super::expressions::truthy_part(&schema);
            val.join_with(&self.shape(&truthy, schema_json.as_ref(), at));
        }
        if without {
            val.join_with(&Str { from_agent: true, ..Str::any() }.into());
        }
        let rejects = with && self.context.profile.flags().schema_exhausted != Exhausted::Null;
        let done = match uncertain {
            Some(why) => Guarded::unless(why, val, fx),
            None => Guarded::of(val, fx, rejects),
        };
        self.promise_of(done, [at.start].into(), at)
    }

    /// The title of an agent's phase, given its `phase` option.
    fn phase_value(&self, option: &Val) -> Val {
        // What is no text, or an empty one, is no title: the call belongs where it is made.
        let title = option.str.as_ref().and_then(|s| s.filled()).map(Arc::new);
        let given = Val { str: title, unknown: option.unknown, ..Val::default() };
        match option.only_str() && option.str.as_ref().is_some_and(|s| !s.may_be_empty()) {
            true => given,
            false => given.join(&self.heap.var(self.phase)),
        }
    }

    /// The phases of that title.
    fn phases_of(&mut self, val: &Val) -> Vec<usize> {
        let mut phases = val.str.as_deref().map_or_else(Vec::new, |title| self.titled(title));
        let mut add = |phase| {
            if !phases.contains(&phase) {
                phases.push(phase);
            }
        };
        if val.unknown.is_some() {
            add(self.record.phase(Title::Computed("…".into())));
        }
        if !(Val { str: None, unknown: None, ..val.clone() }).is_never() {
            add(self.record.phase(Title::None));
        }
        phases
    }

    /// The phases that a title can mean.
    fn titled(&mut self, title: &Str) -> Vec<usize> {
        match title.texts() {
            Some(texts) => texts.iter().map(|t| self.record.phase(Title::Known(t.to_string()))).collect(),
            None => {
                let shown = Self::label_text(&title.text.read().parts(Span::default()));
                vec![self.record.phase(Title::Computed(shown.unwrap_or_else(|| "…".into())))]
            }
        }
    }

    /// What an option selects.
    pub(super) fn setting(&mut self, val: &Val, at: Span) -> Setting {
        if val.is_nullish() {
            return Setting::Inherited;
        }
        let texts = val.str.as_ref().and_then(|s| s.texts().cloned()).filter(|_| val.only_str());
        match texts.as_deref() {
            Some([one]) => Setting::Known(one.to_string()),
            Some(many) => Setting::OneOf(many.iter().map(|t| t.to_string()).collect()),
            None => {
                let why = val.unknown.map_or_else(|| self.why(at, "the run decides it"), |u| u.why);
                Setting::Unknown(self.record.whys[why as usize].clone())
            }
        }
    }

    fn enter_phase(&mut self, args: &Args, at: Span) {
        let title = args.get(0);
        self.title_may_be_refused(&title, args.span(0, at));
        let val = match &title.str {
            Some(s) => Val { str: Some(s.clone()), unknown: title.unknown, ..Val::default() },
            None => Val { str: Some(Str::any().into()), ..Val::default() },
        };
        let phases = val.str.as_deref().map_or_else(Vec::new, |text| self.titled(text));
        let concurrent = self.concurrent > 0;
        let entry = self.record.marks.entry(at.start).or_insert_with(|| (at, args.span(0, at), vec![], false));
        entry.3 |= concurrent;
        for phase in phases {
            if !entry.2.contains(&phase) {
                entry.2.push(phase);
            }
        }
        self.heap.set_var(self.phase, val);
    }

    /// The constant text a label begins with.
    pub(super) fn label_text(parts: &[PromptPart]) -> Option<String> {
        match parts {
            [PromptPart::Text(text)] => Some(text.clone()),
            [PromptPart::Text(text), ..] => Some(format!("{text}…")),
            _ => None,
        }
    }
}
