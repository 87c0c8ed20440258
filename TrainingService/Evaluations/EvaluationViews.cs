using System.Security.Claims;
using Learning.Evaluation;
using Microsoft.EntityFrameworkCore;
using TrainingService.Datasets;
using TrainingService.LabelKinds;
using TrainingService.Registry;

namespace TrainingService.Evaluations;

/// <summary>How good a version is on a data set, in short.</summary>
/// <param name="ReferenceHash">Versions compare where it is the same.</param>
/// <param name="Warnings">Of the run that evaluated.</param>
internal sealed record EvaluationFigures(
    Guid Id, Guid Dataset, Guid Run, long Labels, string ReferenceHash, Figures Reference, Figures? Test, DateTimeOffset CreatedAt, IReadOnlyList<string>? Warnings = null)
{
    public static EvaluationFigures Of(Evaluation e, Guid dataset) => new(e.Id, dataset, e.Run, e.Labels, e.ReferenceHash, LabelReport.Of(e.Reference).Figures, e.Test is null ? null : LabelReport.Of(e.Test).Figures, e.CreatedAt);
}

/// <summary>The whole of it: per class, confusion and curves, too.</summary>
internal sealed record EvaluationView(
    Guid Id, string Model, string Version, Guid Dataset, Guid Run, Guid Snapshot, long Labels, string ReferenceHash, IEvaluationReport Reference, IEvaluationReport? Test, IEvaluationReport? Training, DateTimeOffset CreatedAt)
{
    public static EvaluationView Of(Evaluation e, Guid dataset) =>
        new(e.Id, e.Model, e.Version, dataset, e.Run, e.Snapshot, e.Labels, e.ReferenceHash, e.Reference, e.Test, e.Training, e.CreatedAt);
}

internal static class EvaluationQueries
{
    /// <summary>By version the newest figures on the data set that guards the model, or on any that the caller sees where none does.</summary>
    public static async Task<Dictionary<string, EvaluationFigures>> NewestFiguresAsync(this TrainingDb db, Model model, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var visible = await db.Datasets.AsNoTracking().VisibleTo(user)
            .Where(d => model.Dataset == d.Number || (model.Dataset == null && db.Evaluations.Any(e => e.Model == model.Name && e.Dataset == d.Number)))
            .Select(d => new { d.Number, d.Id }).ToDictionaryAsync(d => d.Number, d => d.Id, cancellation);
        var numbers = visible.Keys.ToArray();
        var evaluations = await db.Evaluations
            .FromSql($"SELECT DISTINCT ON (version) * FROM evaluations WHERE model = {model.Name} AND dataset = ANY({numbers}) ORDER BY version, created_at DESC").AsNoTracking().ToListAsync(cancellation);
        return evaluations.ToDictionary(e => e.Version, e => EvaluationFigures.Of(e, visible[e.Dataset]));
    }
}
