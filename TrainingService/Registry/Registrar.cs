using InferenceSuite.Contracts;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>Takes versions in. Their files are stored before: a registered version can always be fetched.</summary>
internal sealed class Registrar(TrainingDb db, TimeProvider time)
{
    /// <summary>Makes the package a candidate; false when it is registered already.</summary>
    /// <exception cref="ProblemException">409: registered with other content. 422: the model has another task.</exception>
    public async Task<bool> RegisterAsync(ModelPackage package, string actor, CancellationToken cancellation)
    {
        var manifest = package.Manifest;
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (await db.Versions.FindAsync([manifest.Name, manifest.Version], cancellation) is { } registered)
        {
            RefuseOtherContent(registered, manifest);
            return false;
        }

        var now = time.GetUtcNow();
        await AddModelIfMissingAsync(manifest, now, cancellation);
        db.Add(new ModelVersion
        {
            Model = manifest.Name,
            Version = manifest.Version,
            State = VersionState.Candidate,
            Manifest = manifest.Json,
            Sha256 = manifest.Sha256,
            Bytes = package.File.Length,
            Metrics = manifest.Metrics,
            CreatedAt = now,
        });
        change.Append(manifest.Name, RegistryActions.Registered, actor, new { manifest.Version, manifest.Sha256 }, now);
        db.Announce(new ModelRegistered(manifest.Name, manifest.Version, manifest.Sha256, now), subject: manifest.Name, now);
        await change.CommitAsync(cancellation);
        return true;
    }

    private async Task AddModelIfMissingAsync(ModelManifest manifest, DateTimeOffset now, CancellationToken cancellation)
    {
        var model = await db.Models.FindAsync([manifest.Name], cancellation);
        if (model is null)
            db.Add(new Model { Name = manifest.Name, Task = manifest.Task, CreatedAt = now });
        else if (model.Task != manifest.Task)
            throw ProblemException.Unusable("task", $"{manifest.Name} is for {model.Task}; a version of it can't be for {manifest.Task}.");
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
