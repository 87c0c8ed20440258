using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace TrainingService.Registry.Uploads;

/// <summary>Versions that were trained elsewhere.</summary>
internal static class UploadsApi
{
    public static void MapUploads(this RouteGroupBuilder model) => model.MapPost("/versions", PostAsync).WithName("UploadVersion")
        .WithSummary("Add a version: a zip of its package, or a form with model.json and model.onnx. A candidate, which has to be evaluated before it may serve. Sent again, the answer is 200.")
        .WithMetadata(new DisableRequestSizeLimitAttribute()) // Registry:MaxInputBytes, counted while it comes
        .Accepts<byte[]>("application/zip", "multipart/form-data")
        .RequireAnyScope(Scopes.Train, Scopes.Admin)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Created<VersionDetails>, Ok<VersionDetails>>> PostAsync(
        string model, HttpRequest request, ClaimsPrincipal user, TrainingDb db, PackageUploads uploads, NewModelFiles files, Registrar registrar, CancellationToken cancellation)
    {
        ReservedNames.Refuse(model, "name");
        if (await db.Models.AnyAsync(m => m.Name == model && (m.Owner != null || m.Dataset != null || m.RetiredAt != null), cancellation))
            await db.RequireDecidesAsync(model, user, cancellation);
        var (isNew, version) = await uploads.ReadAsync(request, user.CallerId(), model, async package =>
        {
            await registrar.RequireRegistrableAsync(package.Manifest, cancellation);
            await StoreAsync(package, files, cancellation);
            return (await registrar.RegisterAsync(package, VersionOrigin.Uploaded, user.CallerId(), cancellation), package.Manifest.Version);
        }, cancellation);
        var registered = await db.Versions.AsNoTracking().SingleAsync(v => v.Model == model && v.Version == version, cancellation);
        return isNew
            ? TypedResults.Created($"/v1/registry/models/{model}", VersionDetails.Of(registered))
            : TypedResults.Ok(VersionDetails.Of(registered));
    }

    private static async Task StoreAsync(ModelPackage package, NewModelFiles files, CancellationToken cancellation)
    {
        try
        {
            await files.EnsureStoredAsync(package.Manifest.Sha256, package.File, cancellation);
        }
        catch (HttpRequestException)
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService can't take the file now.", TimeSpan.FromSeconds(5));
        }
    }
}
