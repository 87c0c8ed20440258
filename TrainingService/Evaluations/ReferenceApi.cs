using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.History;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.LabelKinds;
using TrainingService.Registry;

namespace TrainingService.Evaluations;

/// <summary>The rows by which a data set's models are judged.</summary>
internal static class ReferenceApi
{
    public static void MapReference(this IEndpointRouteBuilder app)
    {
        var reference = app.MapGroup("/v1/datasets/{dataset}/reference").RequireScope(Scopes.Train).WithTags("Data sets")
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);
        reference.MapGet("", GetAsync).WithName("GetReference").WithSummary("The rows by which models are judged: how many, of each class or between which numbers, chosen how and when. 404 before the first run chose them.");
        reference.MapPost("", ChooseAsync).WithName("ChooseReference")
            .WithSummary("Choose the reference rows anew, from the labels as they are now. Versions have to be evaluated again before they may go live; the history says who did it.")
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    private static async Task<Ok<ReferenceView>> GetAsync(string dataset, ClaimsPrincipal user, TrainingDb db, ReferenceSets references, CancellationToken cancellation) =>
        TypedResults.Ok(await ViewAsync(await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation), references, cancellation));

    private static async Task<Ok<ReferenceView>> ChooseAsync(
        string dataset, ClaimsPrincipal user, TrainingDb db, ReferenceSets references, TimeProvider time, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        if (found.Labelled == 0)
            throw ProblemException.Conflict("no-labels", "The data set has no labels yet.");
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        await references.ChooseAnewAsync(found, cancellation);
        var chosen = await ViewAsync(found, references, cancellation);
        change.Append($"dataset {found.Id}", RegistryActions.ReferenceChosen, user.CallerId(), new { chosen.Hash, chosen.Rows, chosen.Kind }, time.GetUtcNow());
        await change.CommitAsync(cancellation);
        return TypedResults.Ok(chosen);
    }

    private static async Task<ReferenceView> ViewAsync(Dataset dataset, ReferenceSets references, CancellationToken cancellation)
    {
        var choice = await references.FindChoiceAsync(dataset.Number, cancellation) ?? throw ProblemException.NotFound("reference set yet");
        var rows = await references.ReadAsync(dataset.Number, dataset.Revision, cancellation);
        var numbers = LabelKind.Of(dataset.Schema!) == LabelKind.Numbers;
        return new ReferenceView(
            ReferenceSets.HashOf(rows), rows.Count,
            numbers ? null : [.. rows.CountBy(row => row.Label).OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => new ReferenceClass(each.Key, each.Value))],
            choice.Kind, choice.Provisional, choice.Revision, choice.ChosenAt,
            numbers && rows.Count > 0 ? new ReferenceRange(rows.Min(row => NumberLabels.Parse(row.Label)), rows.Max(row => NumberLabels.Parse(row.Label))) : null);
    }
}

/// <param name="Hash">Of the rows and their labels now: evaluations compare where it is the same.</param>
/// <param name="Kind"><c>trusted</c>: the rows marked so; <c>share</c>: a fifth of each class, or of each tenth of the numbers.</param>
/// <param name="Classes">Absent where labels are numbers.</param>
/// <param name="Range">Of labels that are numbers.</param>
/// <param name="Provisional">There were too few, or some class had too few, rows to judge by: more join at the next run.</param>
/// <param name="Revision">Of the data set when they were chosen.</param>
internal sealed record ReferenceView(string Hash, int Rows, IReadOnlyList<ReferenceClass>? Classes, string Kind, bool Provisional, int Revision, DateTimeOffset ChosenAt, ReferenceRange? Range);

internal sealed record ReferenceClass(string Class, int Rows);

internal sealed record ReferenceRange(float From, float To);
