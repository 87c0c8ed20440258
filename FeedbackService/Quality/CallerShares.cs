namespace FeedbackService.Quality;

/// <summary>Keeps one caller from deciding alone what a model is worth to everybody.</summary>
internal static class CallerShares
{
    private const int Least = 10;
    private const double Share = 0.2;

    /// <summary>Of each caller the newest: as many as a fifth of what the others judged, ten at least.</summary>
    /// <param name="judged">Newest first.</param>
    public static IReadOnlyCollection<JudgedPrediction> Balance(IReadOnlyCollection<JudgedPrediction> judged)
    {
        var left = judged.CountBy(each => each.Caller).ToDictionary(each => each.Key, each => Math.Max(Least, (int)(Share * (judged.Count - each.Value))));
        return [.. judged.Where(each => left[each.Caller]-- > 0)];
    }
}
