using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace TrainingService.Policies;

/// <summary>Policies that a person made. Those of their own data sets go with these; on another's data set a policy stays, and is its owner's from then on.</summary>
internal sealed class PolicyOfSubject(TrainingDb db) : IPersonalData
{
    public string Name => "policies";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Database.ExecuteSqlAsync($"""
        UPDATE dataset_policies p SET caller = d.owner FROM datasets d WHERE d.number = p.dataset AND p.caller = {subject} AND d.owner <> {subject}
        """, cancellation);

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "policies.ndjson",
        "What you said is to happen by itself with data sets.",
        db.Policies.AsNoTracking().Where(policy => policy.Caller == subject).OrderBy(policy => policy.Dataset)
            .Join(db.Datasets, policy => policy.Dataset, dataset => dataset.Number, (policy, dataset) => new { Dataset = dataset.Id, Policy = JsonSerializer.SerializeToElement(policy.Policy, LearningModel.Json), policy.ChangedAt }).AsAsyncEnumerable(),
        cancellation);
}
