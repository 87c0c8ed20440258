using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;

namespace TrainingService.Datasets.Posting;

/// <summary>What the handler works on: a post on disk, and of images what they are, once StorageService has them.</summary>
/// <param name="WithoutInput">Predictions that had nothing to add.</param>
internal sealed record PostInput(SpooledPost Post, IReadOnlyList<FoundImage>? Images, int WithoutInput = 0);

/// <summary>In front of the handler: takes the body in, which takes as long as the caller's line does, before any transaction is open.</summary>
internal sealed class PostIntake(PostSpool spool, ImageIntake images) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (http, cancellation) = (context.HttpContext, context.HttpContext.RequestAborted);
        var db = http.RequestServices.GetRequiredService<TrainingDb>();
        var dataset = await db.Datasets.AsNoTracking().FindAsync((string)http.GetRouteValue("dataset")!, http.User, cancellation);
        await using var post = await spool.SpoolAsync(http.Request, http.User.CallerId(), dataset.Kind, cancellation);
        var found = post.Kind == PostKind.Zip ? await images.TakeInAsync(dataset.Owner, await post.File.ReadAsync(cancellation), cancellation) : null;
        http.Features.Set(new PostInput(post, found));
        http.Features.Set(new RequestContentHash(post.Sha256)); // what tells a repeated request from another with the same key
        return await next(context);
    }
}
