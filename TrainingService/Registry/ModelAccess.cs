using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.Datasets;

namespace TrainingService.Registry;

/// <summary>
/// Who sees a model: everybody, unless it is somebody's own or was one's who is erased; analysts, admins and services see those too. Who decides what serves: admins, and for a
/// model that a data set guards those who see the data set.
/// </summary>
internal static class ModelAccess
{
    public static IQueryable<Model> VisibleTo(this IQueryable<Model> models, ClaimsPrincipal user)
    {
        var caller = user.CallerId();
        var all = user.IsInRole("analyst") || user.IsInRole("admin") || user.HasScope(Scopes.Admin) || user.HasScope(Scopes.Service.Registry);
        return models.Where(m => all || (m.RetiredAt == null && (m.Owner == null || m.Owner == caller)));
    }

    public static async Task<Model> FindVisibleAsync(this IQueryable<Model> models, string name, ClaimsPrincipal user, CancellationToken cancellation) =>
        await models.AsNoTracking().VisibleTo(user).SingleOrDefaultAsync(m => m.Name == name, cancellation) ?? throw ProblemException.NotFound("model");

    public static async Task<ModelVersion> FindVersionAsync(this TrainingDb db, string model, string version, ClaimsPrincipal user, CancellationToken cancellation)
    {
        await db.Models.FindVisibleAsync(model, user, cancellation);
        return await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == model && v.Version == version, cancellation) ?? throw ProblemException.NotFound("version");
    }

    /// <exception cref="ProblemException">404: there is none that they see. 403: others decide.</exception>
    public static async Task RequireDecidesAsync(this TrainingDb db, string model, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var found = await db.Models.FindVisibleAsync(model, user, cancellation);
        if (user.HasScope(Scopes.Admin))
            return;
        if (found.Dataset is not { } guard || !await db.Datasets.VisibleTo(user).AnyAsync(d => d.Number == guard, cancellation))
            throw new ProblemException(StatusCodes.Status403Forbidden, "missing-scope", "This needs the scope 'admin', or 'train' and a data set of yours that guards the model.");
    }

    /// <summary>The data set that a request names, or the one that guards the model.</summary>
    /// <exception cref="ProblemException">404: there is none that they see. 422: none is named, and none guards the model.</exception>
    public static async Task<Dataset> FindDatasetAsync(this TrainingDb db, Model model, string? named, ClaimsPrincipal user, CancellationToken cancellation)
    {
        if (named is not null)
            return await db.Datasets.AsNoTracking().FindAsync(named, user, cancellation);
        if (model.Dataset is not { } guard)
            throw ProblemException.Unusable("dataset", $"No data set guards {model.Name}: name the one to judge by.");
        return await db.Datasets.AsNoTracking().VisibleTo(user).SingleOrDefaultAsync(d => d.Number == guard, cancellation) ?? throw ProblemException.NotFound("data set");
    }
}
