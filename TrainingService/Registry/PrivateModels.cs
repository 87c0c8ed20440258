using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;
using ServiceDefaults.History;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;

namespace TrainingService.Registry;

/// <summary>Models that serve one person alone. With the person they go: nothing of them is served again, and nothing says whose they were.</summary>
internal sealed class PrivateModels(TrainingDb db, ServiceIdentity identity, TimeProvider time) : IPersonalData
{
    public string Name => "private-models";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var models = await db.Models.Where(m => m.Owner == subject).ToListAsync(cancellation);
        foreach (var model in models)
        {
            var now = time.GetUtcNow();
            var live = await db.Versions.Where(v => v.Model == model.Name && v.State == VersionState.Live).Select(v => v.Version).SingleOrDefaultAsync(cancellation);
            (model.Owner, model.RetiredAt, model.SuspendedAt, model.SuspendedReason) = (null, now, null, null);
            var entry = change.Append(model.Name, RegistryActions.Retired, identity.Name, new { version = live }, now);
            // The manifest names the owner, too. Whoever follows the registry sees that nothing of it is live any more.
            await db.Database.ExecuteSqlAsync($"UPDATE versions SET state = 'archived', manifest = manifest - 'owner' WHERE model = {model.Name}", cancellation);
            if (live is not null)
                db.Announce(new ModelSuspended(model.Name, live, "Its owner was erased.", entry.Hash, now), subject: model.Name, now);
        }
        await change.CommitAsync(cancellation);
        return models.Count;
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "private-models.ndjson",
        "Versions of the models that serve you alone.",
        db.Versions.AsNoTracking().Where(v => db.Models.Any(m => m.Name == v.Model && m.Owner == subject)).OrderBy(v => v.CreatedAt)
            .Select(v => new { v.Model, v.Version, v.State, v.Metrics, v.Lineage, v.CreatedAt, v.PromotedAt }).AsAsyncEnumerable(),
        cancellation);
}
