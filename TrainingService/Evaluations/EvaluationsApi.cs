using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs;

namespace TrainingService.Evaluations;

/// <summary>How good registered versions are.</summary>
internal static class EvaluationsApi
{
    private const int MostListed = 100;

    public static void MapEvaluations(this RouteGroupBuilder model)
    {
        var evaluations = model.MapGroup("/versions/{version}/evaluations").RequireScope(Scopes.Train);
        evaluations.MapPost("", PostAsync).WithName("EvaluateVersion")
            .WithSummary("Evaluate a version, wherever it was trained, on a data set's reference rows and test side; without a name on the data set that guards the model. A run does it.")
            .WithIdempotency<TrainingDb>()
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        evaluations.MapGet("", ListAsync).WithName("ListEvaluations").WithSummary("A version's evaluations on data sets that you see, newest first; the last hundred.");
    }

    private static async Task<Accepted<QueuedEvaluation>> PostAsync(
        string model, string version, EvaluationRequest? request, ClaimsPrincipal user, TrainingDb db, SnapshotMaker snapshots, RunQueue runs, CancellationToken cancellation)
    {
        var known = await db.Models.FindVisibleAsync(model, user, cancellation);
        var chosen = await db.FindVersionAsync(model, version, user, cancellation);
        if (chosen.State == VersionState.Refused)
            throw ProblemException.Conflict("refused", $"{model} {version} was refused: {string.Join("; ", chosen.Refused ?? [])}. It is not served, and can't be asked.");
        var dataset = await db.FindDatasetAsync(known, request?.Dataset, user, cancellation);
        await VersionOnDataset.FitAsync(db, chosen, dataset, dataset.Revision, cancellation);
        var (snapshot, _) = await snapshots.EnsureAsync(dataset.Id, user.CallerId(), cancellation);
        var run = await runs.EnqueueAsync(new NewRun(RunKind.Evaluation, dataset.Number, snapshot.Id, user.CallerId(), RunCause.Request, model, version, new RunRequest(Task: LabelKind.Of(dataset.Schema!).ToldTask)), cancellation);
        return TypedResults.Accepted($"/v1/runs/{run.Id}", new QueuedEvaluation(run.Id, model, version, dataset.Id));
    }

    private static async Task<Ok<List<EvaluationView>>> ListAsync(string model, string version, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        await db.FindVersionAsync(model, version, user, cancellation);
        var visible = db.Datasets.VisibleTo(user);
        var found = await db.Evaluations.AsNoTracking().Where(e => e.Model == model && e.Version == version)
            .Join(visible, e => e.Dataset, d => d.Number, (evaluation, dataset) => new { evaluation, dataset.Id })
            .OrderByDescending(each => each.evaluation.CreatedAt).Take(MostListed).ToListAsync(cancellation);
        return TypedResults.Ok(found.ConvertAll(each => EvaluationView.Of(each.evaluation, each.Id)));
    }
}

/// <param name="Dataset">Id, or name of one of the caller's own; null: the one that guards the model.</param>
internal sealed record EvaluationRequest(string? Dataset);

/// <param name="Run">Its progress and result are at <c>/v1/runs/{run}</c>.</param>
internal sealed record QueuedEvaluation(Guid Run, string Model, string Version, Guid Dataset);
