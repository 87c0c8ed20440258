using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ServiceDefaults.Database;

public static class SnakeCaseColumns
{
    /// <summary>Column <c>created_at</c> for property <c>CreatedAt</c>, as the SQL migrations write it. Call it last in <c>OnModelCreating</c>; names given by hand stay.</summary>
    public static ModelBuilder UseSnakeCaseColumns(this ModelBuilder model)
    {
        foreach (var entity in model.Model.GetEntityTypes())
            entity.UseSnakeCaseColumns();
        return model;
    }

    internal static void UseSnakeCaseColumns(this IMutableEntityType entity)
    {
        foreach (var property in entity.GetProperties().Where(property => property.FindAnnotation(RelationalAnnotationNames.ColumnName) is null))
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}
