using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService.Datasets;
using TrainingService.Runs.Queue;

namespace TrainingService.Registry;

/// <summary>Takes versions in, as candidates. Their files are stored before: a registered version can always be fetched.</summary>
internal sealed class Registrar(TrainingDb db, NewModelFiles files, TimeProvider time)
{
    private const long MostCounted = 1_000_000_000; // a version that is called by a larger number, as by a date and time, is not counted on from

    /// <summary>Makes the package a candidate; false when it is registered already.</summary>
    /// <exception cref="ProblemException">409: registered with other content. 422: the model has another task.</exception>
    public async Task<bool> RegisterAsync(ModelPackage package, VersionOrigin origin, string actor, CancellationToken cancellation)
    {
        var manifest = package.Manifest;
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (await db.Versions.FindAsync([manifest.Name, manifest.Version], cancellation) is { } registered)
        {
            RefuseOtherContent(registered, manifest);
            return false;
        }

        var now = time.GetUtcNow();
        await AddModelIfMissingAsync(manifest.Name, manifest.Task, now, cancellation);
        await AddAsync(change, manifest, origin, package.File.Length, manifest.Metrics, lineage: null, actor, now, cancellation);
        return true;
    }

    /// <summary>Says of a package what <see cref="RegisterAsync"/> would, before its file is stored.</summary>
    /// <exception cref="ProblemException">409: registered with other content. 422: the model has another task.</exception>
    public async Task RequireRegistrableAsync(ModelManifest manifest, CancellationToken cancellation)
    {
        if (await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == manifest.Name && v.Version == manifest.Version, cancellation) is { } registered)
            RefuseOtherContent(registered, manifest);
        if (await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == manifest.Name, cancellation) is { } model)
            RefuseOtherTask(model, manifest.Task);
    }

    /// <summary>
    /// Stores what a run made and registers it under the model's next number. Called again with the same file for the same run, answers the version that
    /// is there. With another file, the run was begun again on other rows: what it made before is refused, unless it serves by now.
    /// </summary>
    /// <exception cref="LeaseLostException">The run is not this worker's any more.</exception>
    /// <exception cref="ProblemException">409 <c>model-taken</c>: another data set guards the model, or it is another person's. 422: it has another task.</exception>
    /// <exception cref="HttpRequestException">StorageService can't take the file now.</exception>
    public async Task<ModelVersion> RegisterTrainedAsync(TrainedVersion trained, CancellationToken cancellation)
    {
        await files.EnsureStoredAsync(trained.Sha256, trained.File, cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.HoldAsync(trained.Dataset, cancellation);
        if (trained.RequireRows is { } require)
            await require(cancellation);
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (trained.Hold is { } hold)
            await db.RequireHeldAsync(hold, cancellation);
        var made = await db.Versions.FromSql($"SELECT * FROM versions WHERE lineage ->> 'run' = {trained.Run}").ToListAsync(cancellation);
        if (made.Find(version => version.Sha256 == trained.Sha256) is { } registered)
            return registered;

        var now = time.GetUtcNow();
        foreach (var earlier in made.Where(version => version.State == VersionState.Candidate))
            await RefuseAsync(change, earlier, trained.Actor, now, cancellation);
        var model = await AddModelIfMissingAsync(trained.Model, trained.Task, now, cancellation);
        if (db.Entry(model).State == EntityState.Added)
            (model.Dataset, model.Owner) = (trained.Dataset, trained.Owner);
        ModelBinding.Bind(model, trained.Dataset, trained.Owner, trained.MayBind);

        var numbers = await db.Versions.Where(v => v.Model == trained.Model).Select(v => v.Version).ToListAsync(cancellation);
        var next = numbers.Select(number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n <= MostCounted ? n : 0).Append(0).Max() + 1;
        var json = (JsonObject)trained.Manifest.DeepClone();
        (json["name"], json["version"], json["task"], json["sha256"]) = (trained.Model, next.ToString(CultureInfo.InvariantCulture), trained.Task, trained.Sha256);
        var manifest = ModelManifest.Parse(JsonSerializer.SerializeToUtf8Bytes(json));
        var version = await AddAsync(change, manifest, VersionOrigin.Trained, trained.File.Length, trained.Metrics, trained.Lineage, trained.Actor, now, cancellation);
        await transaction.CommitAsync(cancellation);
        return version;
    }

    private async Task RefuseAsync(RecordedChange change, ModelVersion earlier, string actor, DateTimeOffset now, CancellationToken cancellation)
    {
        const string reason = "Its run was begun again on other rows, and made another version.";
        (earlier.State, earlier.Refused) = (VersionState.Refused, [reason]);
        var entry = change.Append(earlier.Model, RegistryActions.Refused, actor, new { earlier.Version, reasons = earlier.Refused }, now);
        db.Announce(new ModelRefused(earlier.Model, earlier.Version, [reason], entry.Hash, now), subject: earlier.Model, now);
        await db.SaveChangesAsync(cancellation); // first: of two events at once the order would be the database's
    }

    private async Task<ModelVersion> AddAsync(
        RecordedChange change, ModelManifest manifest, VersionOrigin origin, long bytes, JsonElement? metrics, JsonElement? lineage, string actor, DateTimeOffset now, CancellationToken cancellation)
    {
        var version = new ModelVersion
        {
            Model = manifest.Name,
            Version = manifest.Version,
            State = VersionState.Candidate,
            Origin = origin,
            Manifest = manifest.Json,
            Sha256 = manifest.Sha256,
            Bytes = bytes,
            Metrics = metrics,
            Lineage = lineage,
            CreatedAt = now,
        };
        db.Add(version);
        change.Append(manifest.Name, RegistryActions.Registered, actor, new { manifest.Version, manifest.Sha256 }, now);
        db.Announce(new ModelRegistered(manifest.Name, manifest.Version, manifest.Sha256, now), subject: manifest.Name, now);
        await change.CommitAsync(cancellation);
        return version;
    }

    private async Task<Model> AddModelIfMissingAsync(string name, string task, DateTimeOffset now, CancellationToken cancellation)
    {
        var model = await db.Models.FindAsync([name], cancellation);
        if (model is null)
            db.Add(model = new Model { Name = name, Task = task, CreatedAt = now });
        else
            RefuseOtherTask(model, task);
        return model;
    }

    private static void RefuseOtherTask(Model model, string task)
    {
        if (model.Task != task)
            throw ProblemException.Unusable("task", $"{model.Name} is for {model.Task}; a version of it can't be for {task}.");
    }

    private static void RefuseOtherContent(ModelVersion registered, ModelManifest manifest)
    {
        if (registered.Sha256 != manifest.Sha256)
            throw Immutable(registered, $"is registered with the SHA-256 {registered.Sha256}, not {manifest.Sha256}");
        if (!CanonicalJson.Same(registered.Manifest, manifest.Json))
            throw Immutable(registered, "is registered with another model.json");
    }

    private static ProblemException Immutable(ModelVersion registered, string reason) => ProblemException.Conflict(
        "version-immutable", $"{registered.Model} {registered.Version} {reason}. A version never changes: give the new content a new version.");
}
