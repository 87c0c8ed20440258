using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using TrainingService.Datasets;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Posting;

namespace TrainingService.Compatibility;

/// <summary><c>/data/train</c>: labelled rows into the caller's data set <c>default</c>, and out of it.</summary>
internal static class DataTrainApi
{
    public static void MapDataTrain(this RouteGroupBuilder app)
    {
        app.MapPost("/data/train", PostAsync).WithName("AddTrainingData")
            .WithSummary("Add rows to train on: an array of {feature: value, ..., \"label\": 0 or 1}. All are stored, or none and 422 says which are wrong.")
            .WithDescription("The first post says what the features are. With ?autoTrain=true every post from then on is followed by a training; with false no longer.")
            .TakesLabels()
            .AddEndpointFilter<RouteHandlerBuilder, DataTrainIntake>()
            .WithMetadata(new DisableRequestSizeLimitAttribute()) // Datasets:MaxInputBytes, counted while it comes
            .WithIdempotency<TrainingDb>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapDelete("/data/train", DeleteAsync).WithName("RemoveTrainingData")
            .WithSummary("Remove all rows, or those that a filter chooses: label, trusted, source, from, to, id. The model goes on serving until the next training.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<Ok<PostedLabels>> PostAsync(
        bool? autoTrain, HttpContext http, ClaimsPrincipal user, TrainingDb db, DefaultDataset defaults, RowPosts rows, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var post = http.Features.Get<PostInput>()!.Post;
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null; // with an Idempotency-Key there is one
        var dataset = await defaults.EnsureAsync(user.CallerId(), autoTrain, cancellation);
        await using var change = await DatasetChange.BeginAsync(db, dataset.Id, user.CallerId(), RevisionSource.Post, options.Value.MaxWait, time.GetUtcNow(), cancellation);
        await defaults.RequireBinaryAsync(change, post.Kind, async () => await post.File.ReadAsync(cancellation), cancellation);
        var posted = await rows.PostAsync(change, post.Kind, await post.File.ReadAsync(cancellation), labelled: true, trusted: false, cancellation);
        await change.CommitAsync(labels: posted.Inserted, lost: 0, unlabelled: 0, posted.Rows - posted.Inserted, cancellation);
        if (own is not null)
            await own.CommitAsync(cancellation);
        return TypedResults.Ok(PostedLabels.From(change, posted));
    }

    private static async Task<Ok<RemovedLabels>> DeleteAsync(
        [AsParameters] LabelFilter filter, ClaimsPrincipal user, TrainingDb db, DefaultDataset defaults, IOptions<DatasetOptions> options, TimeProvider time, CancellationToken cancellation) =>
        TypedResults.Ok(await defaults.FindAsync(user.CallerId(), cancellation) is { } dataset
            ? await LabelsApi.RemoveAsync(dataset.Id.ToString(), filter, user, db, options.Value, time, cancellation)
            : new RemovedLabels(0, 0, 0, 0));

    /// <summary>In front of the handler: takes the body in before any transaction is open.</summary>
    private sealed class DataTrainIntake(PostSpool spool) : IEndpointFilter
    {
        public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
        {
            var http = context.HttpContext;
            await using var post = await spool.SpoolAsync(http.Request, http.User.CallerId(), DatasetKind.Tabular, http.RequestAborted);
            http.Features.Set(new PostInput(post, Images: null));
            http.Features.Set(new RequestContentHash(post.Sha256));
            return await next(context);
        }
    }
}
