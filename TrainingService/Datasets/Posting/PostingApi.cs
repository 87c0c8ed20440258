using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ServiceDefaults.Idempotency;

namespace TrainingService.Datasets.Posting;

/// <summary>Labels in: rows or images, all of a post or none of it.</summary>
internal static class PostingApi
{
    public static void MapPosting(this RouteGroupBuilder dataset)
    {
        var post = dataset.MapPost("/labels", PostAsync).WithName("AddLabels")
            .WithSummary("Add labelled rows (a JSON array, NDJSON, CSV) or images (a form with label and files, or a zip with a folder for each class). All rows are stored, or none and 422 says which are wrong.")
            .TakesLabels()
            .AddEndpointFilter<RouteHandlerBuilder, PostIntake>();
        var items = dataset.MapPost("/items/from-predictions", AddItemsAsync).WithName("AddItemsFromPredictions")
            .WithSummary("Add your past predictions' inputs as items that wait to be labelled: filter by model, label, confidence, duration and time.")
            .AddEndpointFilter<RouteHandlerBuilder, PredictionIntake>();
        foreach (var route in new[] { post, items })
        {
            route.WithMetadata(new DisableRequestSizeLimitAttribute()) // Datasets:MaxInputBytes, counted while it comes
                .WithIdempotency<TrainingDb>()
                .ProducesProblem(StatusCodes.Status400BadRequest)
                .ProducesProblem(StatusCodes.Status409Conflict)
                .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
                .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
                .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
                .ProducesProblem(StatusCodes.Status429TooManyRequests)
                .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<Ok<PostedLabels>> PostAsync(
        string dataset, bool? trusted, HttpContext http, ClaimsPrincipal user, TrainingDb db, RowPosts rows, ImagePosts images, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var input = http.Features.Get<PostInput>()!;
        await using var change = await DatasetChange.BeginAsync(db, dataset, user, RevisionSource.Post, options.Value.MaxWait, time.GetUtcNow(), cancellation);
        var posted = input.Images is { } found
            ? await images.PostAsync(change, found, labelled: true, trusted ?? false, cancellation)
            : await rows.PostAsync(change, input.Post.Kind, await input.Post.File.ReadAsync(cancellation), labelled: true, trusted ?? false, cancellation);
        await change.CommitAsync(labels: posted.Inserted, lost: 0, unlabelled: 0, posted.Rows - posted.Inserted, cancellation);
        return TypedResults.Ok(PostedLabels.From(change, posted));
    }

    private static async Task<Ok<PostedLabels>> AddItemsAsync(
        string dataset, PredictionFilter filter, HttpContext http, ClaimsPrincipal user, TrainingDb db, RowPosts rows, ImagePosts images, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var input = http.Features.Get<PostInput>()!; // what the filter chose
        await using var change = await DatasetChange.BeginAsync(db, dataset, user, RevisionSource.Predictions, options.Value.MaxWait, time.GetUtcNow(), cancellation);
        var posted = default(PostedRows);
        if (input.Images is { Count: > 0 } found)
            posted = await images.PostAsync(change, found, labelled: false, trusted: false, cancellation);
        else if (input.Post.File.Length > 0)
            posted = await rows.PostAsync(change, input.Post.Kind, await input.Post.File.ReadAsync(cancellation), labelled: false, trusted: false, cancellation);
        await change.CommitAsync(labels: 0, lost: 0, unlabelled: posted.Inserted, posted.Rows - posted.Inserted, cancellation);
        return TypedResults.Ok(PostedLabels.From(change, posted) with { WithoutInput = input.WithoutInput });
    }
}

/// <param name="Added">Rows that are new.</param>
/// <param name="Duplicates">Rows that were there already, in the data set or earlier in the post; for items also those that are labelled.</param>
/// <param name="Labels">In the data set now.</param>
/// <param name="Unlabelled">Items in the data set that wait for a label.</param>
/// <param name="WithoutInput">Predictions whose input is not kept.</param>
internal sealed record PostedLabels(long Added, long Duplicates, int Revision, long Labels, long Unlabelled, int? WithoutInput = null)
{
    public static PostedLabels From(DatasetChange change, PostedRows posted) =>
        new(posted.Inserted, posted.Rows - posted.Inserted, change.Dataset.Revision, change.Dataset.Labelled, change.Dataset.Unlabelled);
}
