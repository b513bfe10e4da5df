//! What is checked before the first row.

use std::path::{Path, PathBuf};

use scorebox_eval::{FunctionRole, Plan, PlanRequest, RunRecord};
use scorebox_gateway::Gateway;
use scorebox_store::{DatasetReference, InvalidReference, Store};

use crate::config::{DatasetChoice, Project};
use crate::engine::{self, Needs};
use crate::exit::Stop;
use crate::git;
use crate::lock::Lock;
use crate::store;
use crate::terminal::count;

use super::EvalOptions;

/// A project whose plan was checked from end to end, models and grants included.
pub(super) struct Prepared {
    pub(super) project: Project,
    pub(super) gateway: Gateway,
    pub(super) plan: Plan,
    pub(super) headline: String,
    /// Open already where the dataset is in it.
    store: Option<Store>,
    /// The name and version of a stored dataset.
    version: Option<String>,
}

pub(super) async fn prepare(path: &Path, options: &EvalOptions) -> Result<Prepared, Stop> {
    let overrides = &options.overrides;
    let project = Project::load(path).map_err(Stop::input)?;
    let gateway = Gateway::new(project.gateway(overrides).map_err(Stop::input)?).map_err(Stop::input)?;
    let (file, store, version) = dataset(&project, options).await?;
    let mut request = project.request(overrides, &gateway, file).map_err(Stop::input)?;
    let store = match options.course.goes_on_with() {
        Some(run) => Some(isolate_as_before(&mut request, run, store, &project, options).await?),
        None => store,
    };
    if options.locked {
        let lock = Lock::read(project.folder()).map_err(Stop::input)?;
        lock.check(&request, project.folder()).map_err(Stop::input)?;
    }
    let headline = headline(&request, version.as_deref(), project.predictor());
    let needs = Needs::of(&request, project.reused_scorers()).within(project.memory_budget()).quiet(options.quiet);
    let engine = engine::start(needs).map_err(Stop::unfinished)?;
    let plan = Plan::prepare(&engine, request).await.map_err(|error| Stop::Input(project.explain(error)))?;
    check_reach(&project, &plan, &gateway)?;
    Ok(Prepared { project, gateway, plan, headline, store, version })
}

/// Leaves the isolation that the host chose for a run as it was: a run that goes on must not depend on whether this machine
/// would choose the same again.
async fn isolate_as_before(
    request: &mut PlanRequest,
    run: &str,
    store: Option<Store>,
    project: &Project,
    options: &EvalOptions,
) -> Result<Store, Stop> {
    let store = match store {
        Some(store) => store,
        None => store::open(&options.store, project.folder()).await?,
    };
    let known = store.find(run).await.map_err(Stop::input)?;
    for scorer in &mut request.scorers {
        let of_run =
            known.functions.iter().find(|it| it.role == FunctionRole::Scorer && it.name == scorer.function.name);
        scorer.isolation = scorer.isolation.or_else(|| of_run.map(|function| function.isolation));
    }
    Ok(store)
}

/// The file of the dataset. A stored one is written into the project's cache first, once for each version.
async fn dataset(project: &Project, options: &EvalOptions) -> Result<(PathBuf, Option<Store>, Option<String>), Stop> {
    match project.dataset().map_err(Stop::input)? {
        DatasetChoice::File(file) => Ok((file, None, None)),
        DatasetChoice::Stored(reference) => {
            let store = store::open(&options.store, project.folder()).await?;
            let folder = store::folder(project.folder()).join("datasets");
            let problem = |message: String| Stop::input(project.dataset_problem(message));
            let reference: DatasetReference =
                reference.parse().map_err(|error: InvalidReference| problem(error.to_string()))?;
            let stored = store.materialise(&reference, &folder).await.map_err(|error| problem(error.to_string()))?;
            let version = stored.name();
            Ok((stored.path, Some(store), Some(version)))
        }
    }
}

impl Prepared {
    /// The store, opened only once everything else is right, so that a mistake leaves nothing behind.
    pub(super) async fn store(&self, options: &EvalOptions) -> Result<Store, Stop> {
        match &self.store {
            Some(store) => Ok(store.clone()),
            None => store::open(&options.store, self.project.folder()).await,
        }
    }

    /// The record of the run that is about to begin.
    pub(super) fn record(&self, options: &EvalOptions) -> Result<RunRecord, Stop> {
        let config = self.project.to_json(&options.overrides).map_err(Stop::Input)?;
        let mut record = self.plan.record(config, self.project.seed());
        let head = git::head(self.project.folder());
        record.git_commit = head.commit;
        record.git_branch = head.branch.or_else(|| git::branch_of_ci(|name| std::env::var(name).ok()));
        record.experiment = Some(self.project.experiment(&options.overrides));
        record.dataset.version.clone_from(&self.version);
        for (function, declared) in record.functions.iter_mut().zip(self.plan.declared()) {
            function.models = declared.models.into_iter().map(|name| self.model(name)).collect();
        }
        Ok(record)
    }

    /// A model's name with what stands behind it; a name that is not in `[models]` is a model itself.
    fn model(&self, name: String) -> (String, String) {
        let known = self.gateway.aliases().find(|(alias, _)| *alias == name);
        let reference = known.map_or_else(|| name.clone(), |(_, reference)| reference.to_string());
        (name, reference)
    }
}

/// Checks that every model and URL that a config names can be reached, so that nothing is spent before it turns out that
/// a key or a grant is missing.
fn check_reach(project: &Project, plan: &Plan, gateway: &Gateway) -> Result<(), Stop> {
    for declared in plan.declared() {
        let permissions = project.permissions_of(&declared.function).map_err(Stop::input)?;
        for model in &declared.models {
            gateway.check_model(model, &permissions).map_err(|problem| {
                Stop::input(project.problem_of(&declared.function, problem.to_string().trim_end().to_owned()))
            })?;
        }
        for url in &declared.urls {
            let checked = gateway.check_url(url, &permissions);
            checked.map_err(|problem| Stop::input(project.problem_of(&declared.function, problem)))?;
        }
    }
    Ok(())
}

/// What is evaluated with what, in a few words.
fn headline(request: &PlanRequest, version: Option<&str>, predictor: Option<&str>) -> String {
    let dataset = version.map_or_else(|| request.dataset.display().to_string(), str::to_owned);
    let predictor = predictor.map_or_else(|| "outputs from the dataset".to_owned(), |name| format!("predict {name}"));
    let mut line = format!("{dataset} · {predictor} · {}", count(request.scorers.len() as u64, "scorer"));
    if request.repeats.get() > 1 {
        line += &format!(" · {} repeats", request.repeats);
    }
    line
}
