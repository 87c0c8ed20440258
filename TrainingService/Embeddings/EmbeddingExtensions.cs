using ServiceDefaults.Erasure;

namespace TrainingService.Embeddings;

internal static class EmbeddingExtensions
{
    public static void AddEmbeddings(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<EmbeddingOptions>().BindConfiguration("Learning").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ImagePreparation>();
        services.AddTransient<ImageTensors>();
        services.AddScoped<Backbones>();
        services.AddScoped<EmbeddingModels>();
        services.AddSingleton<EmbeddingCache>();
        services.AddTransient<Embedder>();
        services.AddScoped<ImageFeatures>();
        services.AddPersonalData<EmbeddingsOfSubject>();
    }
}
