using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets.Posting;

namespace TrainingService.Datasets.Labels;

/// <summary>The rows of a data set, one by one. An <c>{id}</c> is ours, or the one that was given with the row.</summary>
internal static class LabelsApi
{
    public static void MapLabels(this RouteGroupBuilder dataset)
    {
        var labels = dataset.MapGroup("/labels").ProducesProblem(StatusCodes.Status400BadRequest);
        labels.MapGet("/", ListAsync).WithName("ListLabels").WithSummary("Labels and items that wait for one (?labelled=false), oldest first; filter by label, trusted, source, time and ids, page by cursor.");
        labels.MapGet("/{id}", GetAsync).WithName("GetLabel").WithSummary("One row.");
        labels.MapGet("/{id}/image", GetImageAsync).WithName("GetLabelImage").WithSummary("The image of a row, as it was sent.")
            .Produces<byte[]>(StatusCodes.Status200OK, "image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp", "image/avif")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        labels.MapPut("/{id}", PutAsync).WithName("PutLabel").WithSummary("Label an item, or give it another label.")
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        labels.MapDelete("/{id}", DeleteAsync).WithName("DeleteLabel").WithSummary("Remove one row. Snapshots that have it keep it.");
        labels.MapDelete("/", DeleteManyAsync).WithName("DeleteLabels").WithSummary("Remove all rows that the filter chooses, which can't be empty. Snapshots that have them keep them.");
    }

    private static async Task<Ok<LabelPage>> ListAsync(
        string dataset, [AsParameters] LabelFilter filter, [FromQuery] string? cursor, [FromQuery] int? limit,
        ClaimsPrincipal user, TrainingDb db, LabelPages pages, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        return TypedResults.Ok(await pages.ReadAsync(found, filter, cursor, limit, cancellation));
    }

    private static async Task<Ok<LabelRow>> GetAsync(string dataset, string id, ClaimsPrincipal user, TrainingDb db, LabelPages pages, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        return TypedResults.Ok(await pages.FindAsync(found, id, cancellation));
    }

    private static async Task<FileContentHttpResult> GetImageAsync(
        string dataset, string id, ClaimsPrincipal user, TrainingDb db, LabelPages pages, ImageStore images, ImageIntake intake, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var row = await pages.FindAsync(found, id, cancellation);
        var image = row.Sha256 is null ? null : await images.GetAsync(found.Owner, Convert.FromHexString(row.Sha256), cancellation);
        return image is not null
            ? TypedResults.File(image, intake.TypeOf(image))
            : throw new ProblemException(StatusCodes.Status404NotFound, "no-image", "No image is kept of this row.");
    }

    private static async Task<Ok<LabelRow>> PutAsync(
        string dataset, string id, PutLabel request, ClaimsPrincipal user, TrainingDb db, Relabelling relabelling, LabelPages pages, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        await using (var change = await DatasetChange.BeginAsync(db, dataset, user, RevisionSource.Labelling, options.Value.MaxWait, time.GetUtcNow(), cancellation))
            await relabelling.RelabelAsync(change, id, request, cancellation);
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        return TypedResults.Ok(await pages.FindAsync(found, id, cancellation));
    }

    private static async Task<NoContent> DeleteAsync(
        string dataset, string id, ClaimsPrincipal user, TrainingDb db, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var only = new LabelFilter(null, null, null, null, null, null, [id]);
        if ((await RemoveAsync(dataset, only, user, db, options.Value, time, cancellation)).Removed == 0)
            throw ProblemException.NotFound("label");
        return TypedResults.NoContent();
    }

    private static async Task<Ok<RemovedLabels>> DeleteManyAsync(
        string dataset, [AsParameters] LabelFilter filter, ClaimsPrincipal user, TrainingDb db, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        if (filter.IsEmpty)
            throw ProblemException.Invalid("filter", "Say which: label, labelled, trusted, source, from, to or id. All of them are removed with the data set.");
        return TypedResults.Ok(await RemoveAsync(dataset, filter, user, db, options.Value, time, cancellation));
    }

    public static async Task<RemovedLabels> RemoveAsync(
        string dataset, LabelFilter filter, ClaimsPrincipal user, TrainingDb db, DatasetOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var (condition, parameters) = filter.ToSql(first: 4);
        await using var change = await DatasetChange.BeginAsync(db, dataset, user, RevisionSource.Removal, options.MaxWait, time.GetUtcNow(), cancellation);
        var (labels, unlabelled) = await change.RemoveAsync(condition, parameters, options.StatementTimeout, cancellation);
        await change.CommitAsync(labels: 0, lost: labels, unlabelled: -unlabelled, duplicates: 0, cancellation);
        return new RemovedLabels(labels + unlabelled, change.Dataset.Revision, change.Dataset.Labelled, change.Dataset.Unlabelled);
    }
}

/// <param name="Label">A string, a number or a boolean, as in a post.</param>
/// <param name="Trusted">Whether it belongs to the reference set; absent: as it is.</param>
internal sealed record PutLabel(JsonElement Label, bool? Trusted);

/// <param name="Labels">In the data set now.</param>
internal sealed record RemovedLabels(long Removed, int Revision, long Labels, long Unlabelled);
