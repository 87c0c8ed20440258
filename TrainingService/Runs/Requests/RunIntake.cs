using Learning;
using Learning.Data;
using Learning.Parameters;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Embeddings;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs.Training;

namespace TrainingService.Runs.Requests;

/// <summary>From what somebody wants to a run in the queue. Whatever can be told at once is refused at once.</summary>
internal sealed class RunIntake(TrainingDb db, SnapshotMaker snapshots, ReferenceSets references, ImageFeatures images, RunQueue queue, IOptions<RunOptions> options)
{
    /// <exception cref="ProblemException">
    /// 409: no labels, or the model's name is taken. 422: the learner, its parameters, the labels or the memory they take won't do; names the field. 429: too many runs wait.
    /// </exception>
    public Task<Run> TrainAsync(Dataset dataset, CreateRun wanted, bool mayBind, string caller, CancellationToken cancellation) =>
        TrainAsync(dataset, wanted.ToRequest(mayBind), RunCause.Request, wanted.Model, wanted.Snapshot, caller, cancellation);

    /// <param name="wantedModel">What it is to be called; null: as the policy says, else like the data set.</param>
    /// <param name="wantedSnapshot">Null: the labels as they are now.</param>
    /// <exception cref="ProblemException">As above.</exception>
    public async Task<Run> TrainAsync(Dataset dataset, RunRequest request, RunCause cause, string? wantedModel, Guid? wantedSnapshot, string caller, CancellationToken cancellation)
    {
        var given = wantedSnapshot is { } id
            ? await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.Dataset == dataset.Number, cancellation) ?? throw ProblemException.NotFound("snapshot")
            : null;
        LearnerChecks.Require(dataset.Kind, (given?.Schema ?? dataset.Schema) is { } schema ? LabelKind.Of(schema) : null, request);
        var model = await ModelOfAsync(dataset, wantedModel, request.MayBind, cancellation);
        var backbone = dataset.Kind == DatasetKind.Image ? await RequireBackboneAsync(request.Backbone, cancellation) : null;
        var snapshot = given ?? (await snapshots.EnsureAsync(dataset.Id, caller, cancellation)).Snapshot;
        // Its labels are what counts, should they be of another kind than those that the data set had before.
        var labels = LabelKind.Of(snapshot.Schema);
        var (learner, parameters) = LearnerChecks.Require(dataset.Kind, labels, request);
        await RequireTaskAsync(model, labels.TaskOf(dataset.Kind), cancellation);
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        var coding = await labels.RequireLearnableAsync(new Learnable(db, references, options.Value, dataset, snapshot, values, request), cancellation);
        RequireMemory(SchemaOf(snapshot, values, coding, backbone), snapshot, request, learner, parameters);
        return await queue.EnqueueAsync(new NewRun(RunKind.Training, dataset.Number, snapshot.Id, caller, cause, model, Version: null, request with { Task = labels.ToldTask }), cancellation);
    }

    private async Task<string> ModelOfAsync(Dataset dataset, string? wanted, bool mayBind, CancellationToken cancellation)
    {
        var policy = (await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == dataset.Number, cancellation))?.Policy.Model;
        if (policy is not null && wanted is not null && wanted != policy)
            throw ProblemException.Unusable("model", $"The data set's policy trains '{policy}'. Leave 'model' out, or change the policy.");
        var model = policy ?? wanted ?? dataset.Name;
        if (!ModelManifest.IsName(model))
            throw ProblemException.Unusable("model", $"'{model}' can't be a model's name, which is 1 to 64 lower-case letters, digits, '.', '_' or '-' and begins with a letter or digit. Name another with 'model'.");
        ReservedNames.Refuse(model, "model");
        if (await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == model, cancellation) is { } known)
            ModelBinding.Bind(known, dataset.Number, owner: known.Owner == dataset.Owner ? known.Owner : null, mayBind);
        return model;
    }

    private async Task RequireTaskAsync(string model, string task, CancellationToken cancellation)
    {
        var known = await db.Models.Where(m => m.Name == model).Select(m => m.Task).SingleOrDefaultAsync(cancellation);
        if (known is not null && known != task)
            throw ProblemException.Unusable("model", $"'{model}' is for {known}, and what is learned here is for {task}. Name another with 'model'.");
    }

    /// <param name="name">Null: the configured one.</param>
    /// <exception cref="ProblemException">422: there is none of that name, or it won't do. 503: it can't be looked at now.</exception>
    public async Task<Backbone> RequireBackboneAsync(string? name, CancellationToken cancellation)
    {
        try
        {
            return await images.FindAsync(name, cancellation);
        }
        catch (RunFailedException e)
        {
            throw ProblemException.Unusable(e.Error.Field ?? "backbone", e.Message, e.Error.Code);
        }
    }

    private static TableSchema SchemaOf(Snapshot snapshot, ValueLists values, LabelCoding coding, Backbone? backbone)
    {
        try
        {
            return backbone is null ? TrainingSchema.Of(snapshot.Schema, values, coding) : TableSchema.OfEmbeddings(backbone.Width, coding.Classes);
        }
        catch (LearningException e)
        {
            throw ProblemException.Unusable(e.Field, e.Message);
        }
    }

    private void RequireMemory(TableSchema schema, Snapshot snapshot, RunRequest request, ILearner learner, IReadOnlyList<ParameterSet> parameters)
    {
        var rows = snapshot.Rows * (1 + request.Augment);
        var table = rows * ((schema.Columns.Count * sizeof(float)) + sizeof(int));
        var needed = table + parameters.Max(set => learner.EstimateBytes(schema, (int)Math.Min(rows, int.MaxValue), set));
        if (needed > options.Value.MemoryLimitBytes)
            throw ProblemException.Unusable("rows", $"Training {request.Learner} on {rows} rows × {schema.Columns.Count} columns takes about {needed >> 20} MiB; Runs:MemoryLimitBytes allows {options.Value.MemoryLimitBytes >> 20} MiB.", "out-of-memory");
    }
}
