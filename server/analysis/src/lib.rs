//! What a workflow script will do, read from its text alone.
//!
//! Pure and total: any text in, an answer out, in bounded time and stack; no IO, no clock, no LSP types.

use std::{borrow::Cow, sync::Arc};

mod again;
pub mod carry;
pub mod cell;
pub mod edits;
pub mod estimate;
pub mod intended;
pub mod lint;
mod looks;
pub mod outline;
pub mod plan;
pub mod prices;
pub mod reference;
pub mod script;
mod still;
pub mod text;
pub mod tokens;
pub mod units;
pub mod vocabulary;

/// What the text alone does not tell. Everything external comes in here.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The file's name, for rules about names.
    pub file_name: Option<String>,
    /// The file's path, as [`KnownWorkflow::path`] has it.
    pub path: Option<String>,
    /// The arguments of the run, where they are known. Without any, those of a comment `@callsheet args:` hold.
    pub args: Option<serde_json::Value>,
    /// The arguments of the script's last run: they hold where there are no others, but not for findings, which are of any run.
    pub last_args: Option<serde_json::Value>,
    /// The dialect the script is checked for, unless a comment `@callsheet profile:` in it names one.
    pub profile: vocabulary::Profile,
    /// The dialect that whoever asks wants it checked for, whatever it says.
    pub given_profile: Option<vocabulary::Profile>,
    /// Most agents of a run, as whoever starts it says. The dialect's limit holds, too.
    pub max_agents: Option<u64>,
    /// What the person wants to see.
    pub settings: lint::Settings,
    /// What estimates take for granted.
    pub assumptions: estimate::Assumptions,
    /// The agent types that can be named; `None` where they were not looked for.
    pub agent_types: Option<Vec<AgentType>>,
    /// The workflows that can be called, in the order in which they are looked through for a name; `None` where none of these were found.
    pub workflows: Option<Vec<KnownWorkflow>>,
}

impl Context {
    /// The dialect `script` is checked for, and runs in.
    pub fn profile_of(&self, script: &script::Script) -> vocabulary::Profile {
        self.given_profile.or(script.pragmas.profile()).unwrap_or(self.profile)
    }
}

/// An agent type, as `.claude/agents/**/*.md` defines it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentType {
    /// Its name.
    pub name: String,
    /// The tools it is limited to; `None` for all.
    pub tools: Option<Vec<String>>,
    /// Its own model.
    pub model: Option<String>,
}

/// A workflow of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownWorkflow {
    /// Its `meta.name`.
    pub name: String,
    /// Whether it lies where a run does not look for names, so that only its path leads to it.
    pub by_path_only: bool,
    /// The file's name.
    pub file_name: String,
    /// The file's path.
    pub path: String,
    /// Its text and tree; `None` where only its name is known, and what it does is then not counted.
    pub script: Option<Arc<script::Script>>,
    /// Whether it calls `workflow` itself.
    pub nests: bool,
    /// The fields of `args` it reads without a guard.
    pub needs: Vec<String>,
}

impl KnownWorkflow {
    /// What `text`, saved at `path`, is as a workflow; `None` where it has no name.
    pub fn read(path: &str, text: impl Into<Arc<str>>) -> Option<Self> {
        let script = script::parse(text);
        let plan = plan::interpret(&script, &Context::default());
        Self::of(path, &script, &plan)
    }

    /// The same for a script with the text `caller`: what it nests and needs, which takes interpreting it, is told only
    /// where the caller writes its name.
    pub fn read_for(caller: &str, path: &str, text: impl Into<Arc<str>>) -> Option<Self> {
        let script = script::parse(text);
        let name = &script.meta.as_ref()?.name.as_ref()?.value;
        let plan = caller.contains(&**name).then(|| plan::interpret(&script, &Context::default()));
        Self::of(path, &script, &plan.unwrap_or_default())
    }

    /// Whether `workflow(name)` means this one, or one that comes before it.
    pub fn is_called(&self, name: &str) -> bool {
        !self.by_path_only && self.name == name
    }

    /// What a script that was read, saved at `path`, is as a workflow; `None` where it has no name.
    pub fn of(path: &str, script: &script::Script, plan: &plan::Plan) -> Option<Self> {
        let name = script.meta.as_ref()?.name.as_ref()?.value.clone();
        let unguarded = plan.args_reads.iter().filter(|read| read.unguarded);
        let mut needs: Vec<String> = unguarded.filter_map(|read| read.path.first().cloned()).collect();
        needs.sort();
        needs.dedup();
        Some(Self {
            name,
            by_path_only: false,
            file_name: path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned(),
            path: path.to_owned(),
            script: Some(Arc::new(script.clone())),
            nests: !plan.workflows.is_empty(),
            needs,
        })
    }
}

/// All there is to know about a script before it runs.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Text, tree, `meta`.
    pub script: script::Script,
    /// What a run can do.
    pub plan: plan::Plan,
    /// What is wrong.
    pub findings: Vec<lint::Finding>,
    /// What a run will take, as far as the script tells.
    pub estimate: estimate::Estimate,
    /// The same with what past runs took, where they tell something of it.
    pub learned: Option<estimate::Estimate>,
    /// Whether plan and estimate are for the arguments of the script's last run.
    pub of_last_args: bool,
    /// What prose something of this rests on.
    looks: Arc<looks::Looks>,
    /// What it was made with, where that is known to another.
    context: Option<Arc<Context>>,
}

impl Analysis {
    /// Whether it goes on from the analysis of an earlier text, see [`analyze_after`].
    pub fn goes_on(&self) -> bool {
        !self.plan.carry().is_empty()
    }

    /// Whether all that rules and the interpreter looked at, and its size as far as that is told, is the same in `now`, which `edit` makes of its
    /// text.
    fn looks_the_same(&self, edit: carry::TextEdit, now: &str, context: &Context) -> bool {
        let larger = self.script.text.len().max(now.len());
        let stay = |looks: &looks::Looks| looks.stay(self.plan.carry(), edit, now);
        !lint::script_size::is_told(larger, context.profile_of(&self.script).flags().script_bytes)
            && stay(&self.looks)
            && stay(self.plan.looks())
    }

    /// Makes this the analysis of `text`, which came from editing its own, where that takes no reading of the text anew: only prose was
    /// edited, and it was made by [`analyze_after`], with a context that still holds. Gives whether it is; where not, it stays what it was.
    pub fn go_on(this: &mut Arc<Self>, text: &Arc<str>) -> bool {
        match again::Again::of(text, this) {
            Some(again) => again.carry_out(Arc::make_mut(this), text.clone()),
            None => false,
        }
    }

    /// The best estimate there is: that from past runs, or else that of the script.
    pub fn expected(&self) -> &estimate::Estimate {
        self.learned.as_ref().unwrap_or(&self.estimate)
    }
}

/// Analyses `text`.
pub fn analyze(text: impl Into<Arc<str>>, context: &Context) -> Analysis {
    fresh(script::parse(text), context)
}

/// What is known of a text from before it was edited.
#[derive(Clone, Copy, Debug, Default)]
pub struct Earlier<'a> {
    /// The last analysis of a whole tree.
    pub whole: Option<&'a Analysis>,
    /// The last analysis of a tree that was recovered, be it from before that.
    pub broken: Option<&'a Analysis>,
}

impl<'a> Earlier<'a> {
    /// That of a whole tree alone.
    pub fn whole(whole: &'a Analysis) -> Self {
        Self { whole: Some(whole), broken: None }
    }
}

/// Analyses `text`, which came from editing that of the `earlier` ones. The answer is that of [`analyze`], but for a text without a tree of
/// its own, see [`script::parse_after`]; it comes sooner where only prose was edited, or the line that is broken, and they were made with
/// this very context.
pub fn analyze_after(text: impl Into<Arc<str>>, earlier: Earlier<'_>, context: &Arc<Context>) -> Analysis {
    let (text, Earlier { whole, broken }) = (text.into(), earlier);
    let same = |last: &&Analysis| last.context.as_ref().is_some_and(|known| Arc::ptr_eq(known, context));
    if let Some(last) = whole.filter(same)
        && let Some(again) = again::Again::of(&text, last)
    {
        let mut next = last.clone();
        if again.carry_out(&mut next, text.clone()) {
            return next;
        }
    }
    let reading = script::Reading::of(text);
    if let (Some(whole), Some(broken)) = (whole, broken.filter(same))
        && let Some(still) = still::Still::of(&reading, &whole.script, broken, context)
    {
        return still.carry_out(reading, broken, context);
    }
    let fresh = fresh(reading.recovered(whole.map(|last| &last.script)), context);
    Analysis { context: Some(context.clone()), ..fresh }
}

/// `context` with the arguments and the dialect that the script's own comments give, where nobody else has.
fn with_own<'a>(script: &script::Script, context: &'a Context) -> Cow<'a, Context> {
    let mut context = Cow::Borrowed(context);
    if context.args.is_none()
        && let Some((_, Ok(args))) = &script.pragmas.args
    {
        context.to_mut().args = Some(args.clone());
    }
    let profile = context.profile_of(script);
    if context.profile != profile {
        context.to_mut().profile = profile;
    }
    context
}

fn fresh(script: script::Script, context: &Context) -> Analysis {
    let context = with_own(&script, context);
    let context = context.as_ref();
    let mut plan = plan::interpret(&script, context);
    let (findings, mut looks) = lint::check_noting(&script, &plan, context);
    let are_open = context.args.is_none() && script.pragmas.args.is_none() && !plan.args_reads.is_empty();
    let last_args = context.last_args.as_ref().filter(|_| are_open);
    if let Some(args) = last_args {
        // The findings rest on a plan for any arguments.
        looks = plan.with_looks(looks);
        plan = plan::interpret(&script, &Context { args: Some(args.clone()), ..context.clone() });
    }
    let of_last_args = last_args.is_some();
    let estimate = estimate::estimate(&plan, context);
    let learned = learned(&script, &plan, &estimate, context);
    Analysis { script, plan, findings, estimate, learned, of_last_args, looks: Arc::new(looks), context: None }
}

/// `estimate` with what past runs of the script took.
fn learned(
    script: &script::Script,
    plan: &plan::Plan,
    estimate: &estimate::Estimate,
    context: &Context,
) -> Option<estimate::Estimate> {
    let name = script.meta.as_ref()?.name.as_ref()?;
    estimate::with_history(estimate, plan, &name.value, &context.assumptions)
}
