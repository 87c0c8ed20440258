using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Intake;

/// <summary>An input that StorageService has.</summary>
internal sealed record StoredInput(InputKind Kind, string Sha256, long Bytes, int Total);

/// <summary>
/// In front of the handler: turns away what can't become a task, takes the body in, and has StorageService keep it. Done
/// before the handler's transaction starts, because this takes as long as the caller's line does.
/// </summary>
internal sealed class TaskIntake(InputSpool spool, InputStore store, Predictor predictor, VersionsOnDemand versions, ModelHost host, IOptions<TaskOptions> options) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Features.Set(await TakeInAsync(http, (string)http.GetRouteValue("model")!, http.Request.Query["version"]));
        return await next(context);
    }

    private async Task<StoredInput> TakeInAsync(HttpContext http, string model, string? version)
    {
        var (caller, cancellation) = (http.User.CallerId(), http.RequestAborted);
        await versions.EnsureAsync(model, version, cancellation); // one that is not live has to be loaded before it can be asked
        var manifest = host.Get(model, version).Manifest;
        await predictor.AdmitAsync(new PredictionRequest(model, version, caller), manifest.TakesImages, cancellation);
        await RefuseTooManyAsync(http, caller, cancellation);

        await using var input = await spool.SpoolAsync(http.Request, caller, manifest, cancellation);
        await store.PutAsync(caller, input.Sha256, input.Kind, await input.File.ReadAsync(cancellation), cancellation);
        http.Features.Set(new RequestContentHash(input.Sha256)); // what tells a repeated request from another with the same key
        return new StoredInput(input.Kind, input.Sha256, input.Bytes, input.Total);
    }

    private async Task RefuseTooManyAsync(HttpContext http, string caller, CancellationToken cancellation)
    {
        var open = await http.RequestServices.GetRequiredService<InferenceDb>().Tasks.CountAsync(task => task.Owner == caller && task.FinishedAt == null, cancellation);
        if (open >= options.Value.MaxOpenPerCaller)
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "too-many-tasks", $"{open} of your tasks are queued or running; Tasks:MaxOpenPerCaller allows no more.") { RetryAfter = TimeSpan.FromSeconds(30) };
    }
}
