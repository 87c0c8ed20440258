using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets;

/// <summary>Whose a data set is: its owner's; analysts and admins see and label all. Not there and not theirs is one answer.</summary>
internal static class DatasetAccess
{
    public static IQueryable<Dataset> VisibleTo(this IQueryable<Dataset> datasets, ClaimsPrincipal user)
    {
        var (caller, all) = (user.CallerId(), user.IsInRole("analyst") || user.IsInRole("admin"));
        return datasets.Where(d => all || d.Owner == caller);
    }

    /// <param name="key">Its id, or the name of one of the caller's own.</param>
    public static async Task<Dataset> FindAsync(this IQueryable<Dataset> datasets, string key, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var caller = user.CallerId();
        var visible = datasets.VisibleTo(user);
        var found = Guid.TryParse(key, out var id)
            ? visible.Where(d => d.Id == id)
            : visible.Where(d => d.Owner == caller && d.Name == key);
        return await found.SingleOrDefaultAsync(cancellation) ?? throw ProblemException.NotFound("data set");
    }
}
