using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Learning.Data;
using Microsoft.EntityFrameworkCore;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs.Queue;

namespace TrainingService.Runs.Training;

/// <summary>What was trained, on its way into the registry: its manifest, by which InferenceService serves it, its lineage, its evaluation.</summary>
internal sealed class TrainedModels(TrainingDb db, Registrar registrar, EvaluationRecorder evaluations, TimeProvider time)
{
    // Rows are small: a batch of them costs little more than one.
    private const int RowsInBatch = 256, RowsInQueue = 4096;

    public async Task<ModelVersion> RegisterAsync(TrainedRun trained, RunFolder folder, CancellationToken cancellation)
    {
        var (run, dataset) = (trained.Run, trained.Dataset);
        await using var content = File.OpenRead(folder.Model);
        var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation));
        var parent = await db.Versions.Where(v => v.Model == run.Model && v.State == VersionState.Live).Select(v => v.Version).SingleOrDefaultAsync(cancellation);
        // A model that serves its owner alone goes on doing so, whatever made the run.
        var isPrivate = run.Request.Private || await db.Models.AnyAsync(m => m.Name == run.Model && m.Owner == dataset.Owner, cancellation);
        var owner = isPrivate ? dataset.Owner : null;
        return await registrar.RegisterTrainedAsync(
            new TrainedVersion(
                run.Model, LabelKind.Of(trained.Snapshot.Schema).TaskOf(dataset.Kind), dataset.Number, owner, run.Request.MayBind,
                new FileInfo(folder.Model), sha256, ManifestOf(trained, owner), MetricsOf(trained), LineageOf(trained, parent), run.Caller, RunHold.Of(run)),
            cancellation);
    }

    /// <exception cref="LeaseLostException">The run is not this worker's any more.</exception>
    public async Task<Evaluation> RecordAsync(TrainedRun trained, ModelVersion version, byte[] answers, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.RequireHeldAsync(RunHold.Of(trained.Run), cancellation);
        var recorded = await evaluations.RecordAsync(new Evaluation
        {
            Id = Guid.CreateVersion7(now),
            Model = version.Model,
            Version = version.Version,
            Dataset = trained.Dataset.Number,
            Run = trained.Run.Id,
            Snapshot = trained.Snapshot.Id,
            Labels = trained.Snapshot.Rows,
            ReferenceHash = trained.Reference.Hash,
            Reference = trained.Result.Reference,
            Test = trained.Result.Test,
            Training = trained.Result.Training,
            Answers = answers,
            Classes = trained.Classes ?? [],
            CreatedAt = now,
        }, cancellation);
        await transaction.CommitAsync(cancellation);
        return recorded;
    }

    private static JsonObject ManifestOf(TrainedRun trained, string? owner)
    {
        var (order, result) = (trained.Input.Order, trained.Result);
        var manifest = new JsonObject
        {
            ["output"] = new JsonObject { ["name"] = result.Output, ["activation"] = "none" },
            ["recording"] = "durable",
            ["description"] = $"{order.Learner} on {trained.Snapshot.Rows} labels.",
            ["source"] = $"run {trained.Run.Id}",
            ["metrics"] = JsonSerializer.SerializeToNode(MetricsOf(trained)),
        };
        if (trained.Classes is { } classes)
            manifest.Insert(0, "labels", new JsonArray([.. classes.Select(label => JsonValue.Create(label))]));
        if (owner is not null)
            manifest["owner"] = owner;
        if (trained.Input.Backbone is { } backbone)
        {
            manifest["input"] = JsonNode.Parse(backbone.Manifest.GetProperty("input").GetRawText()); // it takes images as its backbone does
            return manifest;
        }
        manifest["input"] = new JsonObject { ["kind"] = "rows", ["name"] = result.Input };
        manifest["columns"] = new JsonArray([.. order.Schema.Columns.Select(ColumnOf)]);
        manifest["batching"] = new JsonObject { ["maxBatchSize"] = RowsInBatch, ["maxQueueLength"] = RowsInQueue };
        return manifest;
    }

    private static JsonObject ColumnOf(Column column)
    {
        var json = new JsonObject { ["name"] = column.Name, ["type"] = column.Kind.ToString().ToLowerInvariant() };
        if (column.Kind == ColumnKind.Category)
            json["values"] = new JsonArray([.. column.Values.Select(value => JsonValue.Create(value))]);
        return json;
    }

    /// <summary>On the reference set.</summary>
    private static JsonElement MetricsOf(TrainedRun trained) => JsonSerializer.SerializeToElement(LabelReport.Of(trained.Result.Reference).Metrics);

    private static JsonElement LineageOf(TrainedRun trained, string? parent) => JsonSerializer.SerializeToElement(new
    {
        dataset = trained.Dataset.Id,
        datasetHash = trained.Snapshot.Hash,
        snapshot = trained.Snapshot.Id,
        labels = trained.Snapshot.Rows,
        run = trained.Run.Id,
        learner = trained.Input.Order.Learner,
        seed = trained.Run.Request.Seed,
        reference = trained.Reference.Number,
        backbone = trained.Input.Backbone is { } backbone ? $"{backbone.Model} {backbone.Version}" : null,
        parent,
    }, LearningModel.Json);
}
