using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace TrainingService.Registry;

/// <summary>
/// What a person did in the registry. It stays when they are erased: the history is a chain that nobody can alter, the actor in
/// it a random id that leads to nobody once the account is gone, and who let a model go live has to remain provable.
/// </summary>
internal sealed class RegistryActs(TrainingDb db) : IPersonalData
{
    public string Name => "registry-acts";

    public Task<long> EraseAsync(string subject, CancellationToken cancellation) => Task.FromResult(0L);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "registry-acts.ndjson",
        "What you did in the model registry. It stays on record when you are erased: see the privacy page.",
        db.History.AsNoTracking().Where(entry => entry.Actor == subject).OrderBy(entry => entry.Seq).AsAsyncEnumerable(),
        cancellation);
}
