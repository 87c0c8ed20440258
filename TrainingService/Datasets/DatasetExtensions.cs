using ServiceDefaults.Authentication;
using ServiceDefaults.Http;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Posting;
using TrainingService.Datasets.Snapshots;
using TrainingService.Datasets.Statistics;

namespace TrainingService.Datasets;

internal static class DatasetExtensions
{
    public static void AddDatasets(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DatasetOptions>().BindConfiguration("Datasets").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PostFolder>();
        services.AddSingleton<PostSpool>();
        services.AddSingleton<LabelReader>();
        services.AddScoped<RowPosts>();
        services.AddScoped<ImagePosts>();
        services.AddScoped<LabelPages>();
        services.AddScoped<Relabelling>();
        services.AddScoped<SnapshotRows>();
        services.AddScoped<SnapshotMaker>();
        services.AddScoped<ColumnReader>();
        services.AddScoped<DatasetErasure>();
        services.AddTransient<ImageIntake>();
        services.AddServiceClient<ImageStore>("storage", Scopes.Service.Objects, timeout: TimeSpan.FromMinutes(1));
        services.AddHttpClient<PredictionsClient>(client => client.Timeout = TimeSpan.FromSeconds(30));
        services.AddHostedService<ImageSweep>();
    }
}
