using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.FeedbackLabels;
using TrainingService.Policies.AutoTraining;
using TrainingService.Policies.Quality;
using TrainingService.Registry;

namespace TrainingService.Policies;

/// <summary><c>/v1/datasets/{dataset}/policy</c>: what happens by itself. Who sees the data set sees it; its owner and admins change it.</summary>
internal static class PoliciesApi
{
    public static void MapPolicies(this IEndpointRouteBuilder app)
    {
        var policy = app.MapGroup("/v1/datasets/{dataset}/policy").RequireScope(Scopes.Train).WithTags("Policies")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
        policy.MapPut("/", PutAsync).WithName("PutPolicy")
            .WithSummary("Say what happens by itself: training after so many new labels, the gates of a version, what is done when the live one falls under them, and whether feedback becomes labels.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        policy.MapGet("/", GetAsync).WithName("GetPolicy").WithSummary("The policy, how many labels are new, and what became of feedback.");
        policy.MapDelete("/", DeleteAsync).WithName("DeletePolicy").WithSummary("From now on nothing happens by itself, and versions have to pass the default gates only.");
    }

    private static async Task<Ok<PolicyView>> PutAsync(string dataset, Policy policy, ClaimsPrincipal user, TrainingDb db, IOptions<PolicyOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var found = await FindOwnAsync(dataset, user, db, cancellation);
        PolicyRules.Check(policy, found);
        var now = time.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"SELECT FROM datasets WHERE number = {found.Number} FOR KEY SHARE", cancellation); // first, as whoever deletes it locks
        // What a version in use was held against changes: the next measurement is judged anew. Locked before the policy, as whoever judges does.
        await db.Database.ExecuteSqlAsync($"UPDATE measured_quality SET below = NULL WHERE model IN (SELECT name FROM models WHERE dataset = {found.Number})", cancellation);
        await BindAsync(policy, found, user, db, cancellation);
        var (json, due) = (JsonSerializer.Serialize(policy, LearningModel.Json), now + policy.AutoTrain?.Debounce); // there may be enough new labels already
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_policies (dataset, policy, caller, changed_at, due_at, pending_since) VALUES ({found.Number}, {json}::jsonb, {user.CallerId()}, {now}, {due}, {(due is null ? null : now)})
            ON CONFLICT (dataset) DO UPDATE SET policy = excluded.policy, caller = excluded.caller, changed_at = excluded.changed_at, due_at = excluded.due_at, pending_since = excluded.pending_since, refused = NULL
            """, cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Ok(await ViewAsync(found, db, options.Value, cancellation));
    }

    private static async Task<Ok<PolicyView>> GetAsync(string dataset, ClaimsPrincipal user, TrainingDb db, IOptions<PolicyOptions> options, CancellationToken cancellation) =>
        TypedResults.Ok(await ViewAsync(await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation), db, options.Value, cancellation));

    private static async Task<NoContent> DeleteAsync(string dataset, ClaimsPrincipal user, TrainingDb db, Promotion promotion, CancellationToken cancellation)
    {
        var found = await FindOwnAsync(dataset, user, db, cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.EndQualityWatchAsync(promotion, found.Number, "The policy that suspended it was deleted.", user.CallerId(), cancellation);
        if (await db.Policies.Where(p => p.Dataset == found.Number).ExecuteDeleteAsync(cancellation) == 0)
            throw ProblemException.NotFound("policy");
        await transaction.CommitAsync(cancellation);
        return TypedResults.NoContent();
    }

    private static async Task<Dataset> FindOwnAsync(string dataset, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        return found.Owner == user.CallerId() || user.IsInRole("admin")
            ? found
            : throw new ProblemException(StatusCodes.Status403Forbidden, "not-owner", "A policy is made and changed by the data set's owner or by an admin.");
    }

    /// <summary>
    /// A model that another data set trains is refused. One that was trained elsewhere comes under the data set if an admin names it: from then on its
    /// quality in use is watched, and its feedback can become labels.
    /// </summary>
    private static async Task BindAsync(Policy policy, Dataset dataset, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var name = policy.Model ?? dataset.Name;
        if (await db.Models.SingleOrDefaultAsync(model => model.Name == name, cancellation) is not { } model)
            return;
        ModelBinding.Bind(model, dataset.Number, owner: model.Owner == dataset.Owner ? model.Owner : null, mayBind: policy.Model is not null && user.IsInRole("admin"));
        await db.SaveChangesAsync(cancellation);
    }

    private static async Task<PolicyView> ViewAsync(Dataset dataset, TrainingDb db, PolicyOptions options, CancellationToken cancellation)
    {
        var policy = await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == dataset.Number, cancellation) ?? throw ProblemException.NotFound("policy");
        var (added, _) = await db.CountNewLabelsAsync(policy, cancellation);
        var model = policy.Policy.Model ?? dataset.Name;
        return new PolicyView(
            policy.Policy, model, policy.Caller, policy.ChangedAt, added, policy.DueAt, policy.Refused,
            await db.CountFeedbackAsync(dataset, cancellation), await QualityInUse.FindAsync(db, model, dataset.Number, options.MinQualityLabels, cancellation));
    }
}
