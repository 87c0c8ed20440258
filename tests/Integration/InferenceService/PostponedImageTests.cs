using InferenceService;
using InferenceService.Images;
using Integration.TrainingService;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using TestSupport;

namespace Integration.InferenceService;

/// <summary>An image on its way to a store that fails with that one alone.</summary>
public class PostponedImageTests
{
    [Test]
    public async Task The_images_behind_one_that_fails_are_moved()
    {
        await using var store = await StoreAsync(failing: "0001");
        using var packages = new PackageFolder();
        await using var training = await TrainingApplication.StartNewAsync(TrainingApplication.NewDatabase(), packages, store.Urls.Single());
        await training.WaitUntilReadyAsync();
        await using var inference = await InferenceApplication.StartReadyAsync(training.Address, store.Urls.Single());
        await using var scope = inference.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();

        foreach (var (index, name) in new[] { "0001", "0002", "0003" }.Index())
            db.Add(new PendingImage { Owner = "alice", Sha256 = name, ContentType = "image/png", Bytes = [1], CreatedAt = DateTimeOffset.UtcNow.AddSeconds(index - 60) });
        await db.SaveChangesAsync();

        var left = await Eventually.SeeAsync("the others are gone", () => db.PendingImages.AsNoTracking().ToListAsync(), images => images.Count == 1, log: () => inference.Log);
        Assert.That((left[0].Sha256, left[0].Refused, left[0].NotBefore is not null), Is.EqualTo(("0001", (string?)null, true)), "it is kept, and tried again later");
    }

    private static async Task<WebApplication> StoreAsync(string failing)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPut("/objects/{owner}/{sha256}", (string sha256) => sha256 == failing ? Results.StatusCode(500) : Results.Ok());
        await app.StartAsync();
        return app;
    }
}
