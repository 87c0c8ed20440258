using System.Security.Claims;
using System.Text.Json.Serialization;
using InferenceService.Models;
using InferenceService.Predictions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;

namespace InferenceService.Compatibility;

/// <summary><c>POST /prediction</c> and <c>POST /predict</c>: a JSON array of report rows, scored and ranked.</summary>
public static class ReportScoring
{
    public static void MapReportScoring(this IEndpointRouteBuilder app)
    {
        foreach (var path in (string[])["/prediction", "/predict"])
        {
            app.MapPost(path, ScoreAsync).RequireScope(Scopes.Predict).WithTags("Compatibility")
                .WithSummary("Score an array of report rows; 'ranking' has their indices by descending score.")
                .Accepts<object[]>("application/json").ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        }
    }

    private static async Task<Ok<Scored>> ScoreAsync(
        HttpRequest request, ClaimsPrincipal user, ModelHost host, Predictor predictor, IOptions<CompatibilityOptions> options, CancellationToken cancellation)
    {
        host.RequireModel(options.Value.ScoreModel, user);
        var prediction = new PredictionRequest(options.Value.ScoreModel, null, user.CallerId()) { QuotaKey = user.ItemQuotaKey(), ClientAddress = request.ClientAddress() };
        await predictor.AdmitAsync(prediction, images: false, cancellation);
        using var body = await JsonBodies.ReadAsync(request, cancellation);
        var answer = await predictor.PredictRowsAsync(prediction, body.RootElement, cancellation);
        request.HttpContext.Response.CountItems(answer.Predictions.Count);
        var scores = answer.Predictions.Select(item => item.Score).ToArray();
        var errors = answer.Predictions.Index().Where(item => item.Item.Error is not null).ToDictionary(item => item.Index, item => item.Item.Error!.Detail);
        return TypedResults.Ok(Scored.From(answer.Id, "succeeded", scores, errors));
    }

    /// <param name="TaskId">The request's id; <c>GET /task/{id}</c> and <c>GET /v1/predictions/{id}</c> read it back.</param>
    /// <param name="Scores">In the order of the rows; null where a row is in <paramref name="Errors"/>.</param>
    /// <param name="Ranking">Indices of the scored rows, highest score first.</param>
    /// <param name="Errors">Reasons by row index.</param>
    public sealed record Scored(
        [property: JsonPropertyName("task_id")] Guid? TaskId, string Status, IReadOnlyList<double?> Scores, IReadOnlyList<int> Ranking, IReadOnlyDictionary<int, string?>? Errors)
    {
        internal static Scored From(Guid? id, string status, double?[] scores, Dictionary<int, string?> errors) => new(
            id, status, scores, [.. Enumerable.Range(0, scores.Length).Where(i => scores[i] is not null).OrderByDescending(i => scores[i])], errors.Count > 0 ? errors : null);
    }
}
