using ServiceDefaults.Problems;

namespace ServiceDefaults.Paging;

/// <summary>What the lists of all services have in common. What a cursor holds is each list's own: it follows from how the list is sorted.</summary>
public static class Pages
{
    private const int Default = 50, Most = 200;

    /// <param name="limit">As the caller has it: 1..200, default 50.</param>
    /// <exception cref="ProblemException">400: not 1..200.</exception>
    public static int SizeOf(int? limit) => limit switch
    {
        null => Default,
        >= 1 and <= Most => limit.Value,
        _ => throw ProblemException.Invalid("limit", $"'limit' is 1 to {Most}."),
    };

    /// <summary>400: not a cursor of ours.</summary>
    public static ProblemException BadCursor() => ProblemException.Invalid("cursor", "'cursor' must be the 'next' of the page before.");
}
