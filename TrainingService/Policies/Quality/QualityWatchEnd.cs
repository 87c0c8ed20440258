using Microsoft.EntityFrameworkCore;
using TrainingService.Registry;

namespace TrainingService.Policies.Quality;

internal static class QualityWatchEnd
{
    /// <summary>
    /// Nothing watches the models of a data set any more: what is known of their versions in use was by its policy, and whichever that suspended predicts again. In a transaction of the
    /// caller's, which takes the history's lock: comes last in it.
    /// </summary>
    public static async Task EndQualityWatchAsync(this TrainingDb db, Promotion promotion, int dataset, string reason, string actor, CancellationToken cancellation)
    {
        // Locked first, as whoever judges does.
        await db.Database.ExecuteSqlAsync($"UPDATE measured_quality SET below = NULL, below_since = NULL, below_by = NULL WHERE model IN (SELECT name FROM models WHERE dataset = {dataset})", cancellation);
        foreach (var suspended in await db.Models.Where(m => m.Dataset == dataset && m.SuspendedAt != null).Select(m => m.Name).ToListAsync(cancellation))
            await promotion.ResumeAsync(suspended, reason, actor, cancellation);
    }
}
