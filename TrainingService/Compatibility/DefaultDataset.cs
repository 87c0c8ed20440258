using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Posting;
using TrainingService.Datasets.Schema;
using TrainingService.Evaluations;
using TrainingService.Policies;

namespace TrainingService.Compatibility;

/// <summary>
/// What the routes <c>/data</c> and <c>/model</c> act on: the caller's own data set <c>default</c> with labels 0 and 1, and a model that serves the caller alone.
/// Made by the first post. It is a data set as any other, and <c>/v1/datasets/default</c> shows it to whoever may train.
/// </summary>
internal sealed class DefaultDataset(TrainingDb db, IOptions<DatasetOptions> options, IOptions<CompatibilityOptions> compatibility, TimeProvider time)
{
    public const string Name = "default", Yes = "1";
    private const double DebounceSeconds = 1;
    private static readonly string[] Classes = ["0", Yes];

    /// <summary>Nobody else's, and one that says nothing of whose it is.</summary>
    public static string ModelOf(string owner) => $"default-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))[..12]}";

    /// <summary>Null until something was posted.</summary>
    public Task<Dataset?> FindAsync(string owner, CancellationToken cancellation) =>
        db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Owner == owner && d.Name == Name, cancellation);

    /// <summary>The model that the data set trains.</summary>
    public async Task<string> ModelAsync(Dataset dataset, CancellationToken cancellation) =>
        (await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == dataset.Number, cancellation))?.Policy.Model ?? ModelOf(dataset.Owner);

    /// <summary>Makes what is not there yet; in a transaction of the caller's.</summary>
    /// <param name="autoTrain">Whether from now on every post is followed by a training; null: as it was.</param>
    public async Task<Dataset> EnsureAsync(string owner, bool? autoTrain, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var dataset = await FindAsync(owner, cancellation);
        if (dataset is null)
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO datasets (id, owner, name, kind, revision, snapshotted, labelled, unlabelled, duplicates, created_at)
                VALUES ({Guid.CreateVersion7(now)}, {owner}, {Name}, 'tabular', 0, 0, 0, 0, 0, {now}) ON CONFLICT (owner, name) DO NOTHING
                """, cancellation); // of two first posts at once the second waits here for the first
            dataset = (await FindAsync(owner, cancellation))!;
        }
        var model = ModelOf(owner);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO models (name, task, created_at, dataset, owner) VALUES ({model}, 'tabular-classification', {now}, {dataset.Number}, {owner})
            ON CONFLICT (name) DO UPDATE SET dataset = excluded.dataset WHERE models.owner = excluded.owner AND models.dataset IS NULL
            """, cancellation); // without a data set it is where the last one was deleted
        await EnsurePolicyAsync(dataset, model, autoTrain, now, cancellation);
        return dataset;
    }

    /// <summary>Labels are 0 and 1, from the first row on.</summary>
    /// <exception cref="ProblemException">409: the caller has made a data set of this name that is another.</exception>
    public async Task RequireBinaryAsync(DatasetChange change, PostKind kind, Func<Task<Stream>> read, CancellationToken cancellation)
    {
        var dataset = change.Dataset;
        if (dataset.Kind != DatasetKind.Tabular)
            throw Other("it has images");
        var values = await db.LoadValuesAsync(dataset, options.Value.MaxCategories, cancellation);
        if (values.Classes.All.Count > 0 || dataset.Schema is { Label.Inferred: false })
        {
            if (dataset.Schema is { Label.Type: LabelType.Number } || values.Classes.All.Except(Classes).Any())
                throw Other("its labels are not 0 and 1");
            return;
        }
        dataset.Schema ??= await SchemaInference.InferAsync(RawRows.Open(kind, await read(), options.Value), labelled: true, cancellation);
        dataset.Schema = dataset.Schema with { Label = new LabelSpec(LabelType.Binary, Closed: true, Inferred: false, Numeric: false) };
        var first = new ValueLists(dataset.Schema.Columns.Count, options.Value.MaxCategories);
        foreach (var name in Classes)
            first.Classes.Add(name);
        await db.SaveValuesAsync(dataset, first, cancellation);
    }

    // Here the newest model always serves, as in the system whose routes these are; corrections are labels at once.
    private async Task EnsurePolicyAsync(Dataset dataset, string model, bool? autoTrain, DateTimeOffset now, CancellationToken cancellation)
    {
        var preset = JsonSerializer.Serialize(new Policy(model, Gates: new Gates(MustBeatLive: false), Feedback: FeedbackUse.Auto), LearningModel.Json);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_policies (dataset, policy, caller, changed_at) VALUES ({dataset.Number}, {preset}::jsonb, {dataset.Owner}, {now}) ON CONFLICT DO NOTHING
            """, cancellation);
        if (autoTrain is null)
            return;
        var stored = await db.Policies.SingleAsync(p => p.Dataset == dataset.Number, cancellation);
        if (stored.Policy.AutoTrain is not null == autoTrain)
            return;
        stored.Policy = stored.Policy with { AutoTrain = autoTrain == true ? new AutoTrain(MinNewLabels: 1, DebounceSeconds, compatibility.Value.Learner) : null };
        (stored.Caller, stored.ChangedAt) = (dataset.Owner, now);
        await db.SaveChangesAsync(cancellation);
    }

    private static ProblemException Other(string why) => ProblemException.Conflict("other-data-set", $"You have a data set '{Name}' of another kind: {why}. These routes need one of their own; delete that one first.");
}
