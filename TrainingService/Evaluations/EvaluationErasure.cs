using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;

namespace TrainingService.Evaluations;

/// <summary>
/// What evaluations have of a person: the answers to single rows, where rows of theirs were among those. Figures stay, they are of nobody. Comes
/// before the rows themselves go; evaluations on the person's own data sets go with these.
/// </summary>
internal sealed class EvaluationAnswers(TrainingDb db) : IPersonalData
{
    public string Name => "evaluation-answers";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Database.ExecuteSqlAsync($"""
        UPDATE evaluations e SET answers = ''
        WHERE e.answers <> '' AND EXISTS (
          SELECT FROM dataset_reference r
          JOIN labels l ON l.dataset = r.dataset AND l.id = r.label
          JOIN datasets d ON d.number = r.dataset
          WHERE r.dataset = e.dataset
            AND (d.owner = {subject} OR l.added IN (SELECT revision FROM dataset_revisions c WHERE c.dataset = r.dataset AND c.caller = {subject})
              OR l.origin IN (SELECT revision FROM dataset_revisions c WHERE c.dataset = r.dataset AND c.caller = {subject})
              OR l.given_id IN (SELECT 'prediction:' || f.prediction FROM feedback_labels f WHERE f.dataset = r.dataset AND f.caller = {subject})))
        """, cancellation);

    /// <summary>They are a model's, not a person's, and the rows that they speak of are in the copy.</summary>
    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}
