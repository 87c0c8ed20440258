using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace AuthService;

/// <summary>Which page of a list, newest first.</summary>
/// <param name="Cursor">The <c>next</c> of the page before.</param>
/// <param name="Limit">1..200, default 50.</param>
public sealed record PageQuery([FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] int? Limit)
{
    /// <exception cref="ProblemException">400: not 1..200.</exception>
    public int Size => Pages.SizeOf(Limit);

    /// <summary>Where the page before ended; null on the first.</summary>
    /// <exception cref="ProblemException">400: not a cursor of ours.</exception>
    public T? After<T>() where T : struct, IParsable<T> =>
        Cursor is null ? null
        : T.TryParse(Cursor, null, out var after) ? after
        : throw Pages.BadCursor();

    /// <param name="rows">One more than the page, where there is more.</param>
    /// <returns>The page, and the cursor of the next one.</returns>
    public (List<TRow> Page, string? Next) Cut<TRow>(List<TRow> rows, Func<TRow, object> position) =>
        rows.Count > Size ? (rows[..Size], position(rows[Size - 1]).ToString()) : (rows, null);
}
