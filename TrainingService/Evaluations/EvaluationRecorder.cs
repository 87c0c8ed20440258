using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;

namespace TrainingService.Evaluations;

/// <summary>Puts evaluations on record: of a version by a run, one.</summary>
internal sealed class EvaluationRecorder(TrainingDb db)
{
    /// <summary>The evaluation as it is on record: where the run has one of the version on these reference rows already, that. One on others is replaced.</summary>
    public async Task<Evaluation> RecordAsync(Evaluation evaluation, CancellationToken cancellation)
    {
        if (await FindAsync(evaluation, cancellation) is { } known)
        {
            if (known.ReferenceHash == evaluation.ReferenceHash)
                return known;
            await db.Evaluations.Where(e => e.Id == known.Id).ExecuteDeleteAsync(cancellation); // of rows that were erased meanwhile
        }
        db.Add(evaluation);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (e.IsUniqueViolation() && db.Database.CurrentTransaction is null)
        {
            db.Entry(evaluation).State = EntityState.Detached; // another worker was faster
            return (await FindAsync(evaluation, cancellation))!;
        }
        return evaluation;
    }

    private Task<Evaluation?> FindAsync(Evaluation evaluation, CancellationToken cancellation) => db.Evaluations.AsNoTracking()
        .SingleOrDefaultAsync(e => e.Run == evaluation.Run && e.Model == evaluation.Model && e.Version == evaluation.Version, cancellation);
}
