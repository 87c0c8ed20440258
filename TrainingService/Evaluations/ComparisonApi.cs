using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.LabelKinds;
using TrainingService.Registry;

namespace TrainingService.Evaluations;

/// <summary>Two versions side by side, on the same rows.</summary>
internal static class ComparisonApi
{
    private const int MostRows = 100;

    public static void MapComparison(this RouteGroupBuilder model) => model.MapGet("/compare", CompareAsync).WithName("CompareVersions")
        .WithSummary("Two versions on the same reference rows: figures, whether either is significantly better, and the rows that they answer differently.")
        .RequireScope(Scopes.Train)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Ok<Comparison>> CompareAsync(
        string model, string a, string b, string? dataset, ClaimsPrincipal user, TrainingDb db, ReferenceSets references, CancellationToken cancellation)
    {
        var known = await db.Models.FindVisibleAsync(model, user, cancellation);
        foreach (var version in new[] { a, b })
            await db.FindVersionAsync(model, version, user, cancellation);
        var on = await db.FindDatasetAsync(known, dataset, user, cancellation);
        var evaluations = await db.Evaluations.AsNoTracking()
            .Where(e => e.Model == model && e.Dataset == on.Number && (e.Version == a || e.Version == b)).OrderByDescending(e => e.CreatedAt).ToListAsync(cancellation);
        var (first, second) = NewestOnTheSame(model, a, b, evaluations);
        var rows = await EvaluatedRows.ReadAsync(db, references, second, cancellation);
        if (rows?.Compare(first, second, cancellation) is not { } forwards || rows.Compare(second, first, cancellation) is not { } backwards)
            throw NotEvaluated(model, a, b, "their reference rows have changed since they were evaluated");
        var different = rows.Disagreements(first, second);
        return TypedResults.Ok(new Comparison(
            model, on.Id, first.ReferenceHash, EvaluationFigures.Of(first, on.Id), EvaluationFigures.Of(second, on.Id), a, b, backwards, forwards, different.Count, [.. different.Take(MostRows)]));
    }

    private static (Evaluation First, Evaluation Second) NewestOnTheSame(string model, string a, string b, List<Evaluation> evaluations)
    {
        foreach (var first in evaluations.Where(e => e.Version == a))
        {
            if (evaluations.Find(e => e.Version == b && e.ReferenceHash == first.ReferenceHash) is { } second)
                return (first, second);
        }
        var missing = new[] { a, b }.Where(version => evaluations.TrueForAll(e => e.Version != version)).ToArray();
        throw NotEvaluated(model, a, b, missing.Length > 0 ? $"version {string.Join(" and ", missing)} was never evaluated on this data set" : "they were evaluated on different reference rows");
    }

    private static ProblemException NotEvaluated(string model, string a, string b, string why) => ProblemException.Conflict(
        Judge.NotEvaluated, $"Versions {a} and {b} of {model} can't be compared: {why}. POST /v1/registry/models/{model}/versions/{{version}}/evaluations does that.");
}

/// <param name="FirstAgainstSecond">Whether <paramref name="VersionA"/> may take the place of <paramref name="VersionB"/>.</param>
/// <param name="SecondAgainstFirst">The other way round: being better must be shown, and being worse, too.</param>
/// <param name="Different">Reference rows that the two answer differently.</param>
/// <param name="Rows">The first hundred of them.</param>
internal sealed record Comparison(
    string Model, Guid Dataset, string ReferenceHash, EvaluationFigures A, EvaluationFigures B, string VersionA, string VersionB,
    Contest FirstAgainstSecond, Contest SecondAgainstFirst, int Different, IReadOnlyList<Disagreement> Rows);
