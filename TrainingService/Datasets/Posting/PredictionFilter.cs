using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>Which of the caller's past predictions become items, as in <c>GET /v1/predictions</c>. With maxConfidence the least confident come first, with minTotalMs the slowest, else the newest; with minDrift those of them that are farthest from what is usual.</summary>
/// <param name="MinDrift">Of the thousand predictions that the rest of the filter chooses first, only those this far off: see <see cref="InputDrift"/>.</param>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Limit">1..1000, default 100.</param>
internal sealed record PredictionFilter(
    string? Model, string? Label = null, double? MaxConfidence = null, double? MinTotalMs = null, DateTimeOffset? From = null, DateTimeOffset? To = null, int? Limit = null, double? MinDrift = null)
{
    private const int MaxLimit = 1000, PageSize = 200;

    public int Count => Limit ?? 100;

    /// <summary>How many predictions are looked at.</summary>
    public int Candidates => MinDrift is null ? Count : MaxLimit;

    /// <exception cref="ProblemException">400</exception>
    public void Check()
    {
        if (string.IsNullOrEmpty(Model))
            throw ProblemException.Invalid("model", "'model' says whose predictions are meant.");
        if (Count is < 1 or > MaxLimit)
            throw ProblemException.Invalid("limit", $"'limit' is 1 to {MaxLimit}.");
        if (MinDrift is <= 0 or > InputDrift.Unseen)
            throw ProblemException.Invalid("minDrift", $"'minDrift' is in standard deviations, above 0 and at most {InputDrift.Unseen}.");
    }

    /// <summary>The query of the page behind <paramref name="cursor"/>.</summary>
    public string ToQuery(string? cursor)
    {
        var query = new QueryBuilder { { "model", Model! }, { "limit", PageSize.ToString(CultureInfo.InvariantCulture) } };
        Add("label", Label);
        Add("maxConfidence", MaxConfidence?.ToString("R", CultureInfo.InvariantCulture));
        Add("minTotalMs", MinTotalMs?.ToString("R", CultureInfo.InvariantCulture));
        Add("from", From?.ToString("O", CultureInfo.InvariantCulture));
        Add("to", To?.ToString("O", CultureInfo.InvariantCulture));
        Add("sort", MaxConfidence is not null ? "confidence" : MinTotalMs is not null ? "totalMs" : null);
        Add("cursor", cursor);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
                query.Add(name, value);
        }
    }
}
