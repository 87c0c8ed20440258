using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;
using TrainingService.Datasets;

namespace TrainingService.Evaluations;

/// <summary>
/// What evaluations have of a person: the answers to single rows, where rows of theirs were among those. Figures stay, they are of nobody. Comes
/// before the rows themselves go; evaluations on the person's own data sets go with these.
/// </summary>
internal sealed class EvaluationAnswers(TrainingDb db) : IPersonalData
{
    public string Name => "evaluation-answers";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var datasets = await db.DatasetsOfSubjectAsync(subject, cancellation);
        return await db.Database.ExecuteSqlRawAsync($"""
            WITH theirs AS MATERIALIZED ({SubjectRows.Labels})
            UPDATE evaluations SET answers = ''
            WHERE answers <> '' AND dataset IN (SELECT t.dataset FROM theirs t JOIN dataset_reference r ON r.dataset = t.dataset AND r.label = t.id)
            """, [subject, datasets], cancellation);
    }

    /// <summary>They are a model's, not a person's, and the rows that they speak of are in the copy.</summary>
    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}
