using Microsoft.EntityFrameworkCore;
using TrainingService.Registry;

namespace TrainingService.Policies.Quality;

/// <summary>What is known of the live version in use.</summary>
/// <param name="Judged">Its last predictions that somebody judged.</param>
/// <param name="Counted">Those that it is held against its gates by: fewer where one caller gave many.</param>
/// <param name="Below">Why it is under its gate; absent: it is not, as far as is known.</param>
/// <param name="NotWatched">Why it is not held against its gates for now; absent: it is.</param>
internal sealed record QualityInUse(string Version, DateTimeOffset MeasuredAt, long Judged, long Counted, string? Below, string? NotWatched)
{
    /// <summary>Null: nothing is live, or nobody judged what it predicted.</summary>
    /// <param name="least">Judged predictions that it takes.</param>
    public static async Task<QualityInUse?> FindAsync(TrainingDb db, string model, int dataset, int least, CancellationToken cancellation)
    {
        var live = db.Versions.Where(v => v.Model == model && v.State == VersionState.Live && db.Models.Any(m => m.Name == model && m.Dataset == dataset)).Select(v => v.Version);
        if (await live.SingleOrDefaultAsync(cancellation) is not { } version)
            return null;
        var measured = await db.Database.SqlQuery<Measured>($"""
            SELECT time AS "Time", labels AS "Counted", coalesce(judged, labels) AS "Judged", below AS "Below" FROM measured_quality WHERE model = {model} AND version = {version}
            """).ToListAsync(cancellation);
        return measured is [var known] ? new QualityInUse(version, known.Time, known.Judged, known.Counted, known.Below, WhyNotWatched(known, least)) : null;
    }

    private static string? WhyNotWatched(Measured known, int least)
    {
        if (known.Counted >= least)
            return null;
        return known.Judged >= least
            ? $"Too few callers: of {known.Judged} judged predictions {known.Counted} count, so that no caller decides alone; {least} are the least."
            : $"Too few judged predictions: {known.Judged}; {least} are the least.";
    }

    private sealed record Measured(DateTimeOffset Time, long Counted, long Judged, string? Below);
}
