using System.Security.Claims;
using InferenceService.Tasks;
using ServiceDefaults.Authentication;

namespace InferenceService.Predictions;

/// <summary>
/// What a caller may see: their own, and with an API key that is for some models only what those made. It stands in the query, so that
/// not there, not theirs and not for this key are one answer.
/// </summary>
internal static class CallersOwn
{
    public static IQueryable<PredictionRecord> Of(this IQueryable<PredictionRecord> all, ClaimsPrincipal caller)
    {
        var (owner, models) = (caller.CallerId(), caller.AllowedModels());
        var mine = all.Where(p => p.Owner == owner);
        return models is null ? mine : mine.Where(p => models.Contains(p.Model));
    }

    public static IQueryable<TaskRecord> Of(this IQueryable<TaskRecord> all, ClaimsPrincipal caller)
    {
        var (owner, models) = (caller.CallerId(), caller.AllowedModels());
        var mine = all.Where(task => task.Owner == owner);
        return models is null ? mine : mine.Where(task => models.Contains(task.Model));
    }
}
