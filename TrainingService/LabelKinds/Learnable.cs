using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Runs;

namespace TrainingService.LabelKinds;

/// <summary>What a run wants to learn from, and with what it can be looked at.</summary>
internal sealed record Learnable(TrainingDb Db, ReferenceSets References, RunOptions Options, Dataset Dataset, Snapshot Snapshot, ValueLists Values, RunRequest Request);
